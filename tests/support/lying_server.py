#!/usr/bin/env python3
"""An HTTP server that lies, for tests of clients: lying_server.py [CERTIFICATE KEY]

It listens on a free port of the loopback and prints the port. What it does stands in the path,
/STEP,STEP.../NAME: the first request to that path gets the first step, and so on; the last step is
for all that follow. A step is a status with headers (`429:Retry-After=1;X-Note=a%2Cb`) or one
of the functions below that are marked as such. Questions come line by line on the standard input
and are answered with a number each; at its end the server exits:

    connections        made so far
    requests PATH      that have come with it, to the last byte
    most               at a time that were not answered yet
    forget             all that, and which step is next
"""
import asyncio
import gzip
import os
import random
import socket
import ssl
import struct
import sys
from urllib.parse import unquote

LARGE = 60 << 20
TEXT = random.Random(1).randbytes(30_000).hex().encode()
STEPS = {}


class Gone(Exception):
    """The connection cannot be used further."""


def step(function):
    STEPS[function.__name__.replace("_", "-")] = function
    return function


class Request:
    """One request on its connection; what has been read of it, and how to answer."""

    def __init__(self, server, writer, head, body):
        self.server, self.writer, self.head, self.body = server, writer, head, body
        self.path = head.split(b" ")[1].decode()

    async def send(self, *pieces):
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def answer(self, body, *headers, status=200):
        if status in (204, 304):
            body = b""
        else:
            headers = (f"Content-Length: {len(body)}", *headers)
        lines = [f"HTTP/1.1 {status} Said", *headers, "", ""]
        await self.send("\r\n".join(lines).encode() + body)

    async def stall(self):
        """Until the client has had enough."""
        await self.server.forever.wait()

    def reset(self):
        """Not an orderly end."""
        self.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise Gone


# ---- what goes wrong on the way

@step
async def close(request):
    raise Gone


@step
async def reset(request):
    request.reset()


@step
async def half(request):
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x" * 50)
    request.reset()


@step
async def long(request):
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x" * 50)
    raise Gone


@step
async def short(request):
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world")
    raise Gone


@step
async def cut_head(request):
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    raise Gone


@step
async def cut_chunk(request):
    await request.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhello")
    raise Gone


@step
async def garbage(request):
    await request.send(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    raise Gone


# ---- what takes too long

@step
async def stall(request):
    await request.stall()


@step
async def pause(request):
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"x" * 50)
    await request.stall()


@step
async def drip(request):
    await request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        await request.send(b"x")
        await asyncio.sleep(0.01)


# ---- what is too much

@step
async def large(request):
    await request.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(LARGE >> 16):
        await request.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
    await request.send(b"0\r\n\r\n")


@step
async def announced(request):
    await request.send(f"HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n".encode())
    await request.stall()


@step
async def flood(request):
    await request.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await request.send(b"X-More: " + b"x" * 100 + b"\r\n")


@step
async def wide(request):
    await request.send(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        await request.send(b"x" * 10_000)


@step
async def continues(request):
    while True:
        await request.send(b"HTTP/1.1 100 Continue\r\n\r\n")


# ---- what is packed

async def packed(request, body, encoding="gzip"):
    await request.answer(body, f"Content-Encoding: {encoding}")


@step
async def gzip_whole(request):
    await packed(request, gzip.compress(TEXT))


@step
async def gzip_members(request):
    await packed(request, gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]))


@step
async def gzip_slow(request):
    """In chunks of seven bytes."""
    body = gzip.compress(TEXT[:5000])
    await request.send(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
    for begin in range(0, len(body), 7):
        chunk = body[begin:begin + 7]
        await request.send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    await request.send(b"0\r\n\r\n")


@step
async def gzip_cut(request):
    await packed(request, gzip.compress(TEXT)[:-1000])


@step
async def gzip_damaged(request):
    body = bytearray(gzip.compress(TEXT))
    body[-8] ^= 1  # of the checksum
    await packed(request, bytes(body))


@step
async def gzip_not(request):
    await packed(request, b"this is plain")


@step
async def gzip_bomb(request):
    await packed(request, gzip.compress(bytes(LARGE)))


@step
async def brotli(request):
    await packed(request, b"\x8b\x02\x80abc\x03", "br")


# ---- what is true

@step
async def echo(request):
    await request.answer(request.head + request.body)


@step
async def zeros(request):
    await request.answer(b"a\0b\0")


@step
async def interim(request):
    await request.send(b"HTTP/1.1 103 Early Hints\r\nX-Request-ID: early\r\n\r\n")
    await request.answer(b"done")


@step
async def four(request):
    """Answers when four requests are waiting for it, and these four."""
    await request.server.barrier.wait()
    await request.answer(b"four")


@step
async def wait(request):
    """Answers a little later."""
    await asyncio.sleep(0.05)
    await request.answer(b"waited")


async def say(request, words, number):
    status, _, headers = words.partition(":")
    lines = [header.replace("=", ": ", 1) for header in unquote(headers).split(";") if header]
    await request.answer(f"answer {number}".encode(), *lines, status=int(status))


class Barrier:
    """asyncio has one since Python 3.11."""

    def __init__(self, parties):
        self.parties, self.waiting, self.open = parties, 0, asyncio.Event()

    async def wait(self):
        self.waiting += 1
        mine = self.open
        if self.waiting == self.parties:
            self.waiting, self.open = 0, asyncio.Event()
            mine.set()
        await mine.wait()


class Server:
    """What all connections share."""

    def __init__(self):
        self.busy, self.forever = 0, asyncio.Event()
        self.forget()

    def forget(self):
        self.connections, self.requests, self.most = 0, {}, 0
        self.barrier = Barrier(4)
        return 0

    async def read(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        size = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        return Request(self, writer, head, await reader.readexactly(size))

    async def serve(self, request):
        number = self.requests[request.path] = self.requests.get(request.path, 0) + 1
        steps = request.path.split("/")[1].split(",")
        words = steps[min(number, len(steps)) - 1]
        if words[:3].isdigit():
            await say(request, words, number)
        else:
            await STEPS[words](request)

    async def connect(self, reader, writer):
        self.connections += 1
        try:
            while True:
                request = await self.read(reader, writer)
                self.busy += 1
                self.most = max(self.most, self.busy)
                try:
                    await self.serve(request)
                finally:
                    self.busy -= 1
        except (Gone, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def reply(self, question):
        what, _, path = question.partition(" ")
        if what == "forget":
            return self.forget()
        if what == "requests":
            return self.requests.get(path, 0)
        return {"connections": self.connections, "most": self.most}[what]


async def main(arguments):
    context = None
    if arguments:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments)
    server = Server()
    listening = await asyncio.start_server(server.connect, "127.0.0.1", 0, ssl=context)
    print(listening.sockets[0].getsockname()[1], flush=True)
    questions = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    while question := await questions.readline():
        print(server.reply(question.decode().strip()), flush=True)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
