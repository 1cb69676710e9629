#!/usr/bin/env python3
"""Two readers of the same texts must agree: the program's, asked through the program named by
ANSWER, and Python's float, Decimal, datetime, json and csv. Thousands of texts each, the same in
every run. Where Python reads more, a pattern or a hook here refuses it too; what only the program's
message tells stands in BY_DESIGN. Prints TAP.
"""
import csv
import io
import json
import math
import os
import random
import re
import struct
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import ROOT, behaviour, run_tests

ANSWER = os.environ.get("ANSWER", str(ROOT / "build" / "release" / "tests" / "fuzz" / "answer"))
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NEW_YORK = ZoneInfo("America/New_York")

# What the program refuses and Python reads: the program's message, and why it is so.
BY_DESIGN = {
    "csv": {
        "a quote inside a cell": "RFC 4180 has none",
        "a carriage return without": "a line end of forty years ago",
        "a zero byte": "this is not text",
    },
}


class Refused(Exception):
    """The reference does not read the text."""


def answers(kind, texts):
    """What the program says of each text."""
    lines = "".join(f"{kind} {text.hex()}\n" for text in texts)
    done = subprocess.run([ANSWER], input=lines, capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr}"
    said = done.stdout.split("\n")[:-1]
    assert len(said) == len(texts), f"{len(said)} answers for {len(texts)} texts"
    return said


def compare(kind, texts, reference, read=str):
    """Both sides on every text; the least share of texts that both must read is a tenth."""
    texts = [text if isinstance(text, bytes) else text.encode() for text in texts]
    both = 0
    for text, said in zip(texts, answers(kind, texts)):
        try:
            expected = reference(text)
        except (Refused, ValueError, OverflowError, RecursionError, csv.Error):
            assert said.startswith("refused"), f"{kind} {text!r}: only the program reads: {said}"
            continue
        if said.startswith("refused"):
            reasons = [why for why in BY_DESIGN.get(kind, ()) if why in said]
            assert reasons, f"{kind} {text!r}: {said}, the reference reads {expected!r}"
            continue
        assert read(said) == expected, f"{kind} {text!r}: {said}, the reference reads {expected!r}"
        both += 1
    assert both >= len(texts) // 10, f"{kind}: only {both} of {len(texts)} texts were read"


def matched(pattern, text):
    found = re.fullmatch(pattern, text.decode("ascii", "replace"), re.ASCII | re.IGNORECASE)
    if not found:
        raise Refused(text)
    return found


def mutated(generator, texts, alphabet, count):
    """Each text with a few characters changed, left out, doubled or put in."""
    for _ in range(count):
        text = list(generator.choice(texts))
        for _ in range(generator.choice((0, 0, 1, 1, 2, 3))):
            at = generator.randrange(len(text) + 1)
            text[at:at + generator.choice((0, 1, 1))] = generator.choices(
                alphabet, k=generator.choice((0, 1, 1, 2)))
        yield "".join(text)


def bits(value):
    return struct.pack(">d", value).hex() if not math.isnan(value) else "nan"


# ---- numbers -------------------------------------------------------------------------------------

NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity)"
NUMBERS = ["346.46", "-0", "1e22", "+.5", "7.", "1.7976931348623157e308", "5e-324", "2e-308", "NaN",
           "-inf", "Infinity", "9007199254740993", "123456789012345678901234567890",
           "0.000000000000000001", "9223372036854775807", "-9223372036854.775808", "0x1p3", "1_0"]


def number_texts(generator, count):
    for _ in range(count // 3):
        yield repr(struct.unpack("<d", generator.randbytes(8))[0])
        whole, places = generator.getrandbits(generator.randrange(1, 90)), generator.randrange(25)
        yield f"{Decimal(whole).scaleb(-places):f}"
    yield from mutated(generator, NUMBERS, "0123456789.-+eE ", count // 3)


def float_of(text):
    if len(text) > 400:
        raise Refused(text)
    return float(matched(NUMBER, text)[0])


def fixed(value, decimals):
    """Exactly rounded, never -0.00; as the shortest text where the digits would not fit."""
    text = f"{value:.{decimals}f}"
    if len(text) > 31 or not math.isfinite(value):
        return None
    return text.lstrip("-") if not re.search("[1-9]", text) else text


@behaviour
def a_number_is_the_double_nearest_to_its_text(_):
    def read(said):
        double = struct.unpack(">d", bytes.fromhex(said.split()[0]))[0]
        return bits(double)

    texts = list(number_texts(random.Random(1), 9000))
    compare("double", texts, lambda text: bits(float_of(text)), read)


@behaviour
def a_double_is_written_in_its_shortest_form(_):
    generator = random.Random(2)
    values = [struct.unpack("<d", generator.randbytes(8))[0] for _ in range(3000)]
    values += [round(generator.lognormvariate(4, 3), generator.randrange(7)) for _ in range(3000)]
    values = [value for value in values if not math.isnan(value)]
    for value, said in zip(values, answers("double", [repr(value).encode() for value in values])):
        _, shortest, *rounded = said.split()
        digits = [re.sub(r"e.*|\D", "", text).strip("0") for text in (shortest, repr(value))]
        assert bits(float(shortest)) == bits(value), (value, said)
        # decimal.h allows 17 digits where 16 would do, at some powers of two.
        is_power = math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5
        assert len(digits[0]) <= len(digits[1]) + is_power, (value, said)
        for decimals, text in zip((0, 2, 9), rounded):
            assert text == (fixed(value, decimals) or shortest), (value, decimals, said)


@behaviour
def an_amount_is_exact_or_refused(_):
    def amount(text, decimals):
        try:
            number = Decimal(matched(r"[+-]?(\d+\.?\d*|\.\d+)", text)[0])
        except Refused:
            return None
        scaled = int(number * 10 ** decimals) if number else 0
        exact = Decimal(scaled) == number * 10 ** decimals
        return scaled if exact and -2 ** 63 <= scaled < 2 ** 63 else None

    def reference(text):
        return [amount(text, decimals) for decimals in (0, 6, 9, 18)]

    def read(said):
        values = []
        for decimals, pair in zip((0, 6, 9, 18), said.split()):
            value, _, written = pair.partition(":")
            values.append(None if pair == "-" else int(value))
            assert pair == "-" or amount(written.encode(), decimals) == int(value), said
        return values

    compare("decimal", list(number_texts(random.Random(3), 9000)), reference, read)


# ---- dates ---------------------------------------------------------------------------------------

DATE = r"(?P<date>\d{4}-\d\d-\d\d)"
CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
ZONE = r"(?P<zone>z|[+-]([01]\d|2[0-3]):[0-5]\d)?"
STAMPS = ["2024-06-28T13:30:00Z", "2024-03-10 02:30:00", "2024-11-03 01:30", "1999-12-31t23:59:59z",
          "2024-06-28 09:30:00.123456789-04:00", "2199-12-31", "1970-01-01T00:00:00+23:59",
          "1719581400", "1719581400000", "1719581400123456", "1719581400123456789", "20240628"]


def microseconds(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


def date_of(text):
    day = date.fromisoformat(matched(DATE, text)[0])
    if not 1970 <= day.year <= 2199:
        raise Refused(text)
    return (day - EPOCH.date()).days


def stamp_of(text):
    """Microseconds since 1970; a clock reading alone is New York's."""
    if re.fullmatch(rb"\d{1,19}", text):
        for unit in (1, 10 ** 3, 10 ** 6, 10 ** 9):
            if 300_000_000 * unit <= int(text) < 7_258_118_400 * unit:
                return int(text) * 10 ** 6 // unit
        raise Refused(text)
    found = matched(f"{DATE}([t ]{CLOCK}{ZONE})?", text)
    days = date_of(found["date"].encode())
    if found["date"] == found[0]:
        return days * 86_400_000_000
    moment = datetime.fromisoformat(found[0].upper())
    # Of a reading that comes twice both take the first, of one that is skipped the hour after.
    return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=NEW_YORK))


def random_days(generator, count):
    for _ in range(count):
        yield (date(1950, 1, 1) + timedelta(generator.randrange(100_000))).isoformat()


@behaviour
def a_date_is_that_of_the_calendar(_):
    texts = [f"{year}-{month:02}-{day:02}" for year in range(1969, 2201) for month in range(14)
             for day in range(33)]
    compare("date", texts + list(mutated(random.Random(4), texts, "0123456789-", 3000)), date_of,
            int)


@behaviour
def a_stamp_is_the_instant_it_names(_):
    generator = random.Random(5)

    def read(said):
        time_us, written = said.split()
        year = int(written[:written.index("-", 1)])
        if 1970 <= year <= 2199:
            assert microseconds(datetime.fromisoformat(written)) == int(time_us), said
        return int(time_us)

    # The rule of New York begins in 1987; on these days its clocks may change.
    texts = [f"{year}-{month:02}-{day:02} {hour}:30" for year in range(1987, 2200)
             for month, first in ((3, 8), (4, 1), (10, 25), (11, 1))
             for day in range(first, first + 7) for hour in ("00", "01", "02", "03")]
    for day in random_days(generator, 6000):
        seconds = generator.randrange(86_400)
        zone = generator.choice(("", "Z", "+05:30", "-04:00")) if day >= "1987" else "Z"
        texts.append(f"{day} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{zone}")
    texts += [str(generator.getrandbits(generator.randrange(25, 64))) for _ in range(2000)]
    texts += [text for text in mutated(generator, STAMPS, "0123456789:-+TZ. ", 6000)
              if not "1970" <= text < "1987" or text[-1:] in "Zz" or text.isdigit()]
    compare("stamp", texts, stamp_of, read)


@behaviour
def a_clock_reading_is_minutes_since_midnight(_):
    def reference(text):
        hour, minute = map(int, matched(r"\d\d?:\d\d", text)[0].split(":"))
        if hour * 60 + minute > 24 * 60 or minute > 59:
            raise Refused(text)
        return hour * 60 + minute

    texts = [f"{hour}:{minute:02}" for hour in range(26) for minute in range(62)]
    texts += [f"{hour:02}:{minute:02}" for hour in range(26) for minute in range(62)]
    compare("clock", texts + list(mutated(random.Random(6), texts, "0123456789:", 3000)), reference,
            int)


# ---- JSON ----------------------------------------------------------------------------------------

JSON_TEXTS = ['{"a": [1, -2.5, 1e22, true, false, null, "x"], "b": {"a": {}}}',
              '["\\u00e9\\ud83d\\ude00\\n\\/", "é\u2028😀"]', "[0, -0, 0.5, 1E-9, 9007199254740993]",
              "[9223372036854775807]", "[9223372036854775808]",
              '{"a": 1, "\\u0061": 2}', "[" * 33 + "]" * 33,
              '{"😀": 1, "\\ud83d\\ude00": 2, "\\ud83d\\ude01": 3}', "[" * 32 + "0" + "]" * 32,
              "[NaN, Infinity, -Infinity]", "null",
              '["\\ud800", "\\u0000"]', '{"": "", "k": [[], [{}]]}', "[1e308, 1e309]"]


# Bytes that are UTF-8, or nearly: a surrogate, overlong, beyond U+10FFFF, cut off, none.
SEQUENCES = [b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf0\x80\x80\xaf",
             b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80", b"\xff", b"\xef\xbb\xbf"]


def json_of(text):
    """What json reads, less what json.h says is refused."""
    def refuse(why):
        raise Refused(why)

    def members(pairs):
        return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("the same key twice")

    def integer(digits):
        return int(digits) if -2 ** 63 <= int(digits) < 2 ** 63 else refuse("beyond 64 bits")

    def real(digits):
        return float(digits) if math.isfinite(float(digits)) else refuse("overflows")

    def check(value, depth):
        if isinstance(value, str):
            return not re.search("[\0\ud800-\udfff]", value)
        items = [*value, *value.values()] if isinstance(value, dict) else value
        return not isinstance(value, (dict, list)) or (
            depth < 32 and all(check(item, depth + 1) for item in items))

    def capped(read):
        return lambda digits: read(digits) if len(digits) <= 32 else refuse("too long")

    value = json.loads(text.decode("utf-8"), object_pairs_hook=members, parse_constant=refuse,
                       parse_int=capped(integer), parse_float=capped(real))
    return value if value is not None and check(value, 0) else refuse("no document")


def typed(value):
    """In which 1 and 1.0, 0.0 and -0.0 differ."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return (type(value).__name__, bits(value) if isinstance(value, float) else value)


def random_document(generator, depth=0):
    kind = generator.randrange(8 if depth < 4 else 6)
    if kind < 2:
        return generator.choice((None, True, False, 0, generator.getrandbits(53), -1))
    if kind < 4:
        return generator.choice((generator.gauss(0, 1e6), generator.lognormvariate(0, 90)))
    if kind < 6:
        return "".join(chr(generator.choice((34, 92, 47, 127, 233, 0x2028, 0x1F600,
                                             generator.randrange(1, 128))))
                       for _ in range(generator.randrange(6)))
    items = [random_document(generator, depth + 1) for _ in range(generator.randrange(4))]
    return items if kind == 6 else {str(n) * generator.randrange(3): item
                                    for n, item in enumerate(items)}


@behaviour
def a_json_document_is_the_same_to_both(_):
    generator = random.Random(7)
    texts = []
    for _ in range(3000):
        document = [random_document(generator)]
        texts.append(json.dumps(document, ensure_ascii=generator.random() < 0.5,
                                indent=generator.choice((None, None, 1, "\t"))))
    texts += list(mutated(generator, JSON_TEXTS + texts[:200], '{}[]",:\\u0123dDeE.+-nN tf\x00\x1f',
                          9000))
    texts = [text.encode("utf-8") for text in texts]
    for _ in range(3000):
        text = generator.choice(texts)
        at = generator.choice([here.end() for here in re.finditer(rb'"|$', text)])
        texts.append(text[:at] + generator.choice(SEQUENCES) + text[at:])
    compare("json", texts, lambda text: typed(json_of(text)), lambda said: typed(json.loads(said)))


# ---- CSV -----------------------------------------------------------------------------------------

def rows_of(text):
    """The cells, as text of one character a byte; blank lines are no rows."""
    text = text.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]


@behaviour
def a_table_has_the_same_cells_to_both(_):
    def read(said):
        return [[bytes.fromhex(cell).decode("latin-1") for cell in row.split(",")]
                for row in said.split(";")[:-1]]

    generator = random.Random(8)
    texts = []
    for _ in range(4000):
        table = [["".join(generator.choices('ab,"\r\n ;é', k=generator.randrange(4)))
                  for _ in range(generator.randrange(1, 5))] for _ in range(generator.randrange(4))]
        file = io.StringIO()
        csv.writer(file, lineterminator=generator.choice(("\n", "\r\n")),
                   quoting=generator.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(table)
        texts.append(generator.choice(("", "", "\ufeff")) + file.getvalue())
    compare("csv", texts + list(mutated(generator, texts, 'a,"\r\n \0', 8000)), rows_of, read)


# ---- bars ----------------------------------------------------------------------------------------

COLUMNS = ["timestamp", "open", "high", "low", "close", "volume", "vwap", "trade_count"]


def bars_of(text):
    """Read with csv, float and datetime alone. A carriage return by itself ends a line for csv and
    is a blank to the program."""
    text = re.sub(rb"\r(?!\n|\Z)", b" ", text)
    rows = [[cell.strip(" \t\r") for cell in row] for row in rows_of(text)]
    rows = [row for row in rows if row != [""]]
    names = [{"date": "timestamp"}.get(name.lower(), name.lower()) for name in rows.pop(0)]
    if any(names.count(name) != 1 for name in COLUMNS[:6]):
        raise Refused(names)
    bars, kinds = [], set()
    for row in rows:
        if len(row) != len(names):
            raise Refused(row)
        cells = dict(zip(names, row))
        numbers = [float_of(cells[name].encode()) for name in COLUMNS[1:6]]
        vwap = float_of(cells["vwap"].encode()) if cells.get("vwap") else math.nan
        trades = float_of(cells["trade_count"].encode()) if cells.get("trade_count") else math.nan
        if not math.isnan(trades) and (not 0 <= trades <= 2 ** 53 or trades % 1):
            raise Refused(trades)
        time_us = stamp_of(cells["timestamp"].encode())
        kinds.add(len(cells["timestamp"]) == 10 and "-" in cells["timestamp"])
        bars.append((time_us, *map(bits, (*numbers, vwap)), -1 if math.isnan(trades) else trades))
    if len(kinds) > 1:
        raise Refused("dates and times")
    return bars


def random_bars(generator):
    """The text of some bars, in one of the many ways in which files say them."""
    daily = generator.random() < 0.2
    columns = COLUMNS[:generator.choice((6, 6, 7, 8))] + generator.choice(([], ["note"]))
    generator.shuffle(columns)
    moment = datetime(2024, 3, 10, tzinfo=timezone.utc) + timedelta(hours=generator.randrange(5000))
    shape = generator.choice(("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S-04:00",
                              "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M+00:00"))
    seconds = generator.choice((None, None, 1, 10 ** 3, 10 ** 6, 10 ** 9))
    header = [generator.choice((name, name.title(), name.upper())) for name in columns]
    table = [["Date" if daily and name.lower() == "timestamp" else name for name in header]]
    for _ in range(generator.randrange(1, 6)):
        moment += timedelta(days=1) if daily else timedelta(minutes=generator.choice((1, 5, 0, -3)))
        stamp = moment.strftime("%Y-%m-%d" if daily else shape)
        if seconds and not daily:
            stamp = str(int(moment.timestamp()) * seconds)
        cells = {name: generator.choice((f"{generator.lognormvariate(5, 2):.2f}",
                                         f"{generator.lognormvariate(5, 9):.9f}",
                                         repr(generator.lognormvariate(5, 9)),
                                         generator.choice(NUMBERS[:-2]))) for name in COLUMNS}
        cells |= {"timestamp": stamp, "note": generator.choice(("", "a b", "a, b")),
                  "volume": str(generator.getrandbits(generator.randrange(1, 54))),
                  "trade_count": generator.choice(("", "17", "1e3", "2050831", "nan"))}
        table.append([cells[name] for name in columns])
    file = io.StringIO()
    csv.writer(file, lineterminator=generator.choice(("\n", "\r\n")),
               quoting=generator.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(table)
    text = file.getvalue()
    text = text.replace(",", ", ") if '"' not in text and generator.random() < 0.2 else text
    return text[:len(text) - generator.choice((0, 0, 1))]


@behaviour
def bars_are_the_same_to_both(_):
    def read(said):
        flags, *rows = said.split(";")
        bars = []
        for row in rows:
            time_us, *numbers, trades = row.split()
            doubles = [struct.unpack(">d", bytes.fromhex(number))[0] for number in numbers]
            bars.append((int(time_us), *map(bits, doubles), int(trades)))
        stamps = [bar[0] for bar in bars]
        ascending = all(a < b for a, b in zip(stamps, stamps[1:]))
        assert flags.split()[1] == str(int(ascending)), said
        return bars

    generator = random.Random(9)
    texts = [random_bars(generator) for _ in range(4000)]
    # Without quotes, which csv wants elsewhere than the program does.
    plain = [text for text in texts if '"' not in text][:300]
    texts += list(mutated(generator, plain, "0123456789.,-+:eTZ \n", 6000))
    compare("bars", texts, bars_of, read)


if __name__ == "__main__":
    sys.exit(run_tests())
