"""The exchange without its sockets: a request goes in, an answer comes out."""
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from . import page_lies, answer_lies, sending_lies  # the order in which lies act
from . import data_calls, trading_calls
from .answers import Refusal, answer, not_found, too_many, unauthorized
from .data_calls import Call
from .lies import LIES, Chance, Lies, Told, restore
from .limits import Limits
from .times import Clock, format_instant

SECRETS = ("apca-api-secret-key", "authorization")


def routes(calls):
    return [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), call)
            for path, call in calls.items()]


DATA, TRADING = routes(data_calls.CALLS), routes(trading_calls.CALLS)


def route(path):
    """The call, the name in the path if there is one, and the host it belongs to."""
    for host, table in (("data", DATA), ("trading", TRADING)):
        for pattern, call in table:
            if match := pattern.fullmatch(path):
                return call, unquote(match.groupdict().get("symbol", "")), host
    raise not_found()


@dataclass
class Request:
    """A request as it is logged, without what its secret is."""

    method: str
    path: str
    query: dict
    headers: dict
    body: str
    port: str  # "main" or "other"
    time: str
    target: str
    lies: list = field(default_factory=list)
    status: int = 0


@dataclass
class Exchange:
    """Everything that calls may see and control may change."""

    market: object
    clock: Clock
    plan: str = "basic"
    key: str = "PKTEST"
    secret: str = "secret"
    cash: int = 100_000
    limits: Limits = field(default_factory=Limits)
    lies: Lies = field(default_factory=Lies)
    log: list = field(default_factory=list)
    urls: tuple = ()
    count: int = 0

    def admit(self, headers, host, path, now_us):
        """The headers of the rate limit; a Refusal for a wrong key and for too many calls. Crypto
        prices need no key."""
        key = headers.get("apca-api-key-id", "")
        known = (key, headers.get("apca-api-secret-key")) == (self.key, self.secret)
        if not known and not path.startswith("/v1beta3/crypto/"):
            raise unauthorized(host == "trading")
        is_allowed, limits = self.limits.count(key, host, now_us)
        if not is_allowed:
            refusal = too_many()
            refusal.answer.headers.update(limits)
            raise refusal
        return limits

    def honest(self, request, headers, now_us):
        limits = {}
        try:
            call, symbol, host = route(request.path)
            limits = self.admit(headers, host, request.path, now_us)
            if request.method != "GET":
                raise Refusal(405, {"message": "Method Not Allowed"})
            found = call(Call(self, request.query, symbol, now_us))
        except Refusal as refusal:
            found = refusal.answer
        found.headers.update(limits)
        return found

    def respond(self, request, headers):
        """The answer with all its lies; the request is in the log before it is sent."""
        now_us = self.clock.now_us()
        self.count += 1
        self.log.append(request)
        found = self.honest(request, headers, now_us)
        found.headers["X-Request-ID"] = f"{self.count:032x}"
        restore(found.page, self.lies.held)
        told = Told(found, request.target, self.urls, now_us, self.lies.held)
        chosen = self.lies.choose(request.path)
        for each in chosen:
            LIES[each.name](told, **each.options)
        found.settle()
        request.lies = [each.name for each in chosen]
        request.status = found.status if not found.sending or found.sending.begins else 0
        return found

    def control(self, wanted):
        """Does what a document of the control endpoint asks; ValueError or TypeError for what it
        does not know."""
        wanted = {"lies": wanted} if isinstance(wanted, list) else dict(wanted)
        if wanted.pop("clear", False):
            self.lies.clear()
            self.limits.clear()
            self.log.clear()
        if "random" in wanted:
            self.lies.chance = Chance(**wanted.pop("random"))
        if "now" in wanted:
            self.clock.set(wanted.pop("now"))
        self.clock.advance(wanted.pop("advance", 0))
        self.plan = wanted.pop("plan", self.plan)
        self.limits.per_minute = wanted.pop("calls_per_minute", self.limits.per_minute)
        self.lies.add(wanted.pop("lies", []))
        if wanted:
            raise ValueError(f"unknown: {', '.join(wanted)}")


def request_of(method, path, query, headers, body, port, now_us):
    shown = {name: "(hidden)" if name in SECRETS else value for name, value in headers.items()}
    target = path + (f"?{query}" if query else "")
    return Request(method, path, dict(parse_qsl(query, keep_blank_values=True)), shown, body, port,
                   format_instant(now_us), target)


def control_answer(exchange, document):
    try:
        exchange.control(document)
    except (TypeError, ValueError) as error:
        return answer({"message": str(error)}, 400)
    return answer({"now": format_instant(exchange.clock.now_us())})
