"""Splits, as a list of {"symbol", "ex_date", "new_rate", "old_rate"}, and what they do to bars."""
from datetime import date

from .bars import Bar, Tape, whole
from .times import new_york_date

ADJUSTMENTS = {"raw", "split", "dividend", "spin-off", "all"}


def adjusts_for_splits(text):
    """Whether an adjustment asked for does; ValueError when there is no such one."""
    asked = set(text.split(","))
    if not asked <= ADJUSTMENTS:
        raise ValueError(f"invalid adjustment: {text}")
    return not asked.isdisjoint({"split", "all"})


def applied(splits, symbol, today):
    """Those of a symbol that have happened: an adjusted history changes with each new one."""
    return tuple(sorted((split["ex_date"], split["new_rate"], split["old_rate"])
                        for split in splits if split["symbol"] == symbol
                        and date.fromisoformat(split["ex_date"]) <= today))


def adjusted_bar(bar, splits):
    day = new_york_date(bar.time).isoformat()
    price, volume = 1, 1
    for ex_date, new_rate, old_rate in splits:
        if day < ex_date:
            price, volume = price * old_rate / new_rate, volume * new_rate / old_rate
    if price == 1:
        return bar
    prices = (whole(round(value * price, 4)) for value in bar[1:5])
    return Bar(bar.time, *prices, round(bar.volume * volume), bar.count,
               whole(round(bar.vwap * price, 6)))


def adjusted(tape, splits):
    if not splits:
        return tape
    return Tape(*([adjusted_bar(bar, splits) for bar in bars] for bars in tape))


def record(split):
    """A split as a corporate action."""
    return {"id": f"{split['symbol']}-{split['ex_date']}", "symbol": split["symbol"],
            "cusip": "000000000", "new_rate": split["new_rate"], "old_rate": split["old_rate"],
            "process_date": split.get("process_date", split["ex_date"]),
            "ex_date": split["ex_date"]}


def action(split):
    """Its type, and itself."""
    found = record(split)
    if split["new_rate"] > split["old_rate"]:
        return "forward_split", found
    cusip = found.pop("cusip")
    return "reverse_split", found | {"old_cusip": cusip, "new_cusip": "000000001"}
