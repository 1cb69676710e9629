"""The exchange on two ports of the loopback: requests in, answers out, as lying as they are."""
import asyncio
import json
import signal
import socket
import struct
from dataclasses import asdict
from email.utils import formatdate
from http import HTTPStatus

from aiohttp import web

from .answers import answer
from .exchange import control_answer, request_of

HOST = "127.0.0.1"
POLL_S = 0.02


class Sent(web.StreamResponse):
    """For aiohttp, when everything has been written already."""

    def __init__(self):
        super().__init__()
        self.force_close()

    async def prepare(self, request):
        return None

    async def write_eof(self, data=b""):
        return None


def head(found, length):
    lines = [f"HTTP/1.1 {found.status} {HTTPStatus(found.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in found.headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


async def drained(transport):
    while not transport.is_closing() and transport.get_write_buffer_size():
        await asyncio.sleep(POLL_S)


async def held(transport, seconds):
    """Waits so long, or until the client leaves."""
    clock = asyncio.get_running_loop()
    end_s = clock.time() + seconds
    while not transport.is_closing() and clock.time() < end_s:
        await asyncio.sleep(POLL_S)


async def send_pieces(transport, body, way):
    for begin in range(0, len(body), way.piece):
        if transport.is_closing():
            return
        transport.write(body[begin:begin + way.piece])
        await (drained(transport) if way.piece > 1 << 10 else asyncio.sleep(way.pause_s))


async def send(transport, found):
    """Writes an answer in its own way, and ends the connection."""
    way = found.sending
    if way.begins:
        transport.write(head(found, len(found.body) if way.length is None else way.length))
    await send_pieces(transport, found.body[:way.sent], way)
    await held(transport, way.held_s)
    await drained(transport)
    if way.ending == "reset" and not transport.is_closing():
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                      struct.pack("ii", 1, 0))
        transport.abort()
    transport.close()


class Server:
    """The sockets of an exchange."""

    def __init__(self, exchange):
        self.exchange = exchange
        self.ended = asyncio.Event()
        self.tasks = set()
        application = web.Application()
        application.router.add_post("/control", self.control)
        application.router.add_get("/control/log", self.log)
        application.router.add_route("*", "/{path:.*}", self.handle)
        self.runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        self.ports = ()

    async def control(self, request):
        try:
            found = control_answer(self.exchange, await request.json())
        except json.JSONDecodeError as error:
            found = answer({"message": f"not JSON: {error}"}, 400)
        return self.response(found)

    async def log(self, _):
        return web.json_response([asdict(each) for each in self.exchange.log])

    async def handle(self, request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        port = request.transport.get_extra_info("sockname")[1]
        url, body = request.rel_url, await request.text()
        seen = request_of(request.method, url.raw_path, url.raw_query_string, headers, body,
                          "main" if port == self.ports[0] else "other",
                          self.exchange.clock.now_us())
        found = self.exchange.respond(seen, headers)
        await asyncio.sleep(found.delay_s)
        if not found.sending:
            return self.response(found)
        if found.sending.refused_s:
            await self.refuse(found.sending.refused_s)
        if request.transport:  # the client may have left
            self.date(found)
            await send(request.transport, found)
        return Sent()

    def date(self, found):
        now_s = self.exchange.clock.now_us() / 1_000_000 + found.clock_s
        found.headers["Date"] = formatdate(now_s, usegmt=True)

    def response(self, found):
        self.date(found)
        return web.Response(status=found.status, body=found.body, headers=found.headers)

    async def listen(self, port):
        listener = socket.create_server((HOST, port))
        site = web.SockSite(self.runner, listener)
        await site.start()
        return site, listener.getsockname()[1]

    async def refuse(self, seconds):
        """Closes the main port for a while."""
        await self.site.stop()

        async def reopen():
            await asyncio.sleep(seconds)
            self.site, _ = await self.listen(self.ports[0])
        task = asyncio.create_task(reopen())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def start(self, ports):
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.ended.set)
        await self.runner.setup()
        self.site, main = await self.listen(ports[0])
        _, other = await self.listen(ports[1])
        self.ports = main, other
        self.exchange.urls = tuple(f"http://{HOST}:{port}" for port in self.ports)

    async def run(self):
        """Until somebody sets `ended`, as SIGTERM and SIGINT do."""
        await self.ended.wait()
        await self.runner.cleanup()
