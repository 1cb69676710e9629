"""Calls a minute: a window of a minute begins with a key's first call, apart for each host."""
from .times import MINUTE_US, SECOND_US


class Limits:
    """Counts against the exchange's own clock, so that time can be made to pass."""

    def __init__(self, per_minute=200):
        self.per_minute = per_minute
        self.clear()

    def clear(self):
        self.windows = {}  # (key, host) to its end and the calls in it

    def count(self, key, host, now_us):
        """Whether one more call is allowed, and the headers that say what is left."""
        end_us, calls = self.windows.get((key, host), (0, 0))
        if not end_us - MINUTE_US <= now_us < end_us:
            end_us, calls = (now_us // SECOND_US + 60) * SECOND_US, 0
        is_allowed = calls < self.per_minute
        calls += is_allowed
        self.windows[key, host] = end_us, calls
        return is_allowed, {"X-RateLimit-Limit": str(self.per_minute),
                            "X-RateLimit-Remaining": str(self.per_minute - calls),
                            "X-RateLimit-Reset": str(end_us // SECOND_US)}
