"""Lies about how an answer travels. All but latency end the connection."""
from .answers import Sending
from .lies import lie


def sending(told):
    told.answer.sending = told.answer.sending or Sending()
    return told.answer.sending


def part(told, share):
    return int(len(told.answer.body) * share)


@lie
def latency(told, milliseconds=40):
    """An answer that takes its time."""
    told.answer.delay_s += milliseconds / 1000


@lie
def stall(told, share=0, seconds=3600, headers=True):
    """The headers, a share of the body, and then nothing; without headers nothing at all."""
    way = sending(told)
    way.begins, way.held_s = headers, seconds
    way.sent = part(told, share) if headers else 0


@lie
def drip(told, size=1, pause_milliseconds=0):
    """A byte at a time."""
    way = sending(told)
    way.piece, way.pause_s = size, pause_milliseconds / 1000


@lie
def long_length(told, by=10):
    """Content-Length promises more than comes."""
    sending(told).length = len(told.answer.body) + by


@lie
def short_length(told, by=10):
    """More comes than Content-Length says."""
    sending(told).length = max(0, len(told.answer.body) - by)


@lie
def reset(told, share=0.5):
    """A share of the body, then a reset."""
    way = sending(told)
    way.sent, way.ending = part(told, share), "reset"


@lie
def close(told):
    """The connection ends without an answer."""
    way = sending(told)
    way.begins, way.sent = False, 0


@lie
def refuse(told, seconds=1):
    """The same, and for so long no new connection is accepted."""
    close(told)
    sending(told).refused_s = seconds
