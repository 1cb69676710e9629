"""What a call is answered, before it is sent: the honest answer, which lies may change."""
import json
from dataclasses import dataclass, field
from http import HTTPStatus

JSON, HTML = "application/json; charset=UTF-8", "text/html; charset=utf-8"


@dataclass
class Answer:
    """A status, headers and a body, or a page of bars that becomes the body."""

    status: int = 200
    body: bytes = b""
    headers: dict = field(default_factory=lambda: {"Content-Type": JSON})
    page: object = None
    delay_s: float = 0
    clock_s: float = 0  # so far the Date is off
    sending: object = None  # a Sending: not as HTTP wants it

    def replace(self, status, body, content_type=JSON):
        self.status, self.body, self.page = status, body, None
        self.headers["Content-Type"] = content_type

    def settle(self):
        """The body is final as far as bars are concerned."""
        if self.page:
            self.body, self.page = self.page.render(), None


@dataclass
class Sending:
    """How an answer travels that is not sent as HTTP wants it; the connection ends with it."""

    begins: bool = True  # with status and headers
    length: int | None = None  # what Content-Length says
    sent: int | None = None  # so many bytes of the body
    piece: int = 1 << 16
    pause_s: float = 0  # between pieces
    ending: str = "close"  # close, reset
    held_s: float = 0  # before it ends, unless the client leaves
    refused_s: float = 0  # no new connection for so long


class Refusal(Exception):
    """An answer that is an error of Alpaca's."""

    def __init__(self, status, document):
        super().__init__(document)
        self.answer = answer(document, status)


def answer(document, status=200):
    return Answer(status, json.dumps(document, separators=(",", ":")).encode())


def bad_request(text):
    """As the market data host says it: without a code, but with one in the text."""
    return Refusal(400, {"message": f"code=400, message={text}"})


def unauthorized(is_trading):
    return Refusal(401, {"code": 40110000, "message": "request is not authorized"} if is_trading
                   else {"message": "unauthorized."})


def recent_sip():
    return Refusal(403, {"code": 42210000, "message":
                         "subscription does not permit querying recent SIP data"})


def not_found(text="endpoint not found."):
    return Refusal(404, {"code": 40410000, "message": text})


def too_many():
    return Refusal(429, {"code": 42910000, "message": "rate limit exceeded"})


def html(status):
    name = HTTPStatus(status).phrase
    return (f"<html>\r\n<head><title>{status} {name}</title></head>\r\n<body>\r\n<center><h1>"
            f"{status} {name}</h1></center>\r\n</body>\r\n</html>\r\n").encode()
