"""Times as the exchange keeps them, microseconds since 1970, and as Alpaca writes them."""
import re
import time
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

SECOND_US, MINUTE_US, DAY_US = 1_000_000, 60_000_000, 86_400_000_000
NEW_YORK = ZoneInfo("America/New_York")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


def microseconds(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(time_us, zone=timezone.utc):
    return (EPOCH + timedelta(microseconds=time_us)).astimezone(zone)


def midnight(day, zone):
    return microseconds(datetime(day.year, day.month, day.day, tzinfo=zone))


def new_york_date(time_us):
    return moment(time_us, NEW_YORK).date()


def parse_instant_ns(text):
    """RFC 3339 with up to nine digits of a second; ValueError for anything else."""
    match = INSTANT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a time")
    begin = microseconds(datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00")))
    return begin * 1000 + int((match[2] or "").ljust(9, "0"))


def parse_instant(text):
    return parse_instant_ns(text) // 1000


def parse_bound(text, zone, is_end):
    """The first (last) microsecond that a bound allows; a date is a whole day of the zone."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = date.fromisoformat(text)
        return midnight(day + timedelta(1), zone) - 1 if is_end else midnight(day, zone)
    time_ns = parse_instant_ns(text)
    return time_ns // 1000 if is_end else -(-time_ns // 1000)


def format_instant(time_us):
    """As in Alpaca's bars: a fraction only when there is one, without zeros at its end."""
    seconds, fraction = divmod(time_us, SECOND_US)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return text + (f".{fraction:06}".rstrip("0") if fraction else "") + "Z"


class Clock:
    """The exchange's time: goes on from `now` (none: the real time), or stands still."""

    def __init__(self, now=None, is_frozen=False):
        self.is_frozen = is_frozen
        self.set(now)

    def set(self, now):
        self.began_us = parse_instant(now) if now else time.time_ns() // 1000
        self.set_at_ns = time.monotonic_ns()

    def advance(self, seconds):
        self.began_us += int(seconds * SECOND_US)

    def now_us(self):
        gone_ns = 0 if self.is_frozen else time.monotonic_ns() - self.set_at_ns
        return self.began_us + gone_ns // 1000
