"""Lies about the status, the headers and the bytes of a body."""
import re
import struct
import zlib
from email.utils import formatdate
from functools import cache

from . import answers
from .answers import HTML, JSON, html
from .lies import lie

BLANKS = b" " * (1 << 20)


def refuse(told, refusal):
    told.answer.replace(refusal.answer.status, refusal.answer.body)


def is_trading(told):
    return told.target.startswith(("/v2/account", "/v2/clock", "/v2/calendar", "/v2/assets"))


# ---- another answer ------------------------------------------------------------------------------

@lie
def unauthorized(told):
    """401, as with a wrong key."""
    refuse(told, answers.unauthorized(is_trading(told)))


@lie
def forbidden(told):
    """403 without a code, as a wrong key may be answered too."""
    told.answer.replace(403, b'{"message":"forbidden."}')


@lie
def recent_sip(told):
    """403 42210000, as the basic plan is answered."""
    refuse(told, answers.recent_sip())


@lie
def too_many(told, by="retry_after", seconds=1):
    """429 that says when to come again: retry_after, retry_date, reset, nothing."""
    refuse(told, answers.too_many())
    at_s = told.now_us // 1_000_000 + seconds
    headers = {"retry_after": {"Retry-After": str(seconds)},
               "retry_date": {"Retry-After": formatdate(at_s, usegmt=True)},
               "reset": {"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "0",
                         "X-RateLimit-Reset": str(at_s)}, "nothing": {}}[by]
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        told.answer.headers.pop(name, None)
    told.answer.headers.update(headers)


@lie
def error(told, status=503, form="json", retry_after=None):
    """Any status with a body that is json, html, text or nothing."""
    body, content_type = {
        "json": (b'{"code":%d,"message":"internal server error occurred"}' % (status * 100_000),
                 JSON),
        "html": (html(status), HTML), "text": (b"upstream connect error", "text/plain"),
        "nothing": (b"", "text/plain")}[form]
    told.answer.replace(status, body, content_type)
    if retry_after is not None:
        told.answer.headers["Retry-After"] = str(retry_after)


@lie
def redirect(told, to="self", status=307):
    """To the same place for ever, or to the other port."""
    told.answer.replace(status, b"", "text/plain")
    told.answer.headers["Location"] = told.urls[to != "self"] + told.target


@lie
def content_type(told, value="text/html"):
    """The right body by a wrong name."""
    told.answer.headers["Content-Type"] = value


@lie
def clock(told, seconds=60):
    """A Date that is so far ahead; behind when it is negative."""
    told.answer.clock_s = seconds


# ---- another body --------------------------------------------------------------------------------

@lie
def number(told, text="NaN", field="c"):
    """The first such number of a bar is another text: NaN, 1e999, -0, "1.5", null."""
    pattern = rb'("%s":)[^,}\]]+' % field.encode()
    told.answer.body = re.sub(pattern, lambda match: match[1] + text.encode(), told.answer.body,
                              count=1)


@lie
def duplicate_keys(told):
    """The first bar has its time and its close twice, with other values before."""
    told.answer.body = told.answer.body.replace(
        b'{"t":', b'{"t":"2001-01-01T00:00:00Z","c":1,"t":', 1)


@lie
def cut_json(told, share=0.5):
    """A body that ends too early, and a Content-Length that agrees with it."""
    told.answer.body = told.answer.body[:int(len(told.answer.body) * share)]


@lie
def huge_body(told, size=60_000_000):
    """Blanks before the last brace: a reply that is right, and of so many bytes."""
    body = told.answer.body
    told.answer.body = body[:-1] + b" " * max(0, size - len(body)) + body[-1:]


@lie
def gzip(told):
    """Content-Encoding: gzip, whether asked for or not."""
    told.answer.headers["Content-Encoding"] = "gzip"
    told.answer.body = gzipped(told.answer.body)


@lie
def gzip_cut(told, share=0.5):
    """A gzip body that ends too early, and a Content-Length that agrees with it."""
    gzip(told)
    cut_json(told, share)


@lie
def gzip_bomb(told, size=1 << 28):
    """A thousandth of the size goes over the wire; unpacked it is the reply and blanks."""
    told.answer.headers["Content-Encoding"] = "gzip"
    told.answer.body = bomb(told.answer.body, -(-size // len(BLANKS)))


def gzipped(body):
    packer = zlib.compressobj(wbits=31)
    return packer.compress(body) + packer.flush()


@cache
def packed_blanks():
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(BLANKS) + packer.flush(zlib.Z_FULL_FLUSH)


def bomb(body, count):
    """One gzip member; the same packed blanks, which refer to nothing before them, many times."""
    packer = zlib.compressobj(wbits=-15)
    head = packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH)
    check = zlib.crc32(body)
    for _ in range(count):
        check = zlib.crc32(BLANKS, check)
    size = len(body) + count * len(BLANKS)
    return (b"\x1f\x8b\x08" + bytes(6) + b"\xff" + head + packed_blanks() * count
            + b"\x03\x00" + struct.pack("<II", check, size & 0xFFFFFFFF))
