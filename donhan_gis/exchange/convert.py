"""Turn cells as offices write them into stored values: Buddhist dates, rai-ngan-wah, baht, codes given by label.

A cell that cannot be understood is a `Trouble`, never a guess.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import numpy as np

from donhan_gis import thai
from donhan_gis.field import Choice, Field, Kind, parse
from donhan_gis.finding import Severity

_EMPTY_WORDS = {"none", "null", "<null>", "nan", "n/a", "#n/a", "undefined"}
# Written so by Python's table programs; in other letters NAT is the code of a natural person.
_EMPTY_EXACT = "NaT"
_DASHES = {"-", "–", "—", "--"}
_ACCOUNTING_ZERO = re.compile(r"฿\s*[-–]|[-–]\s*(บาท|฿)")  # how spreadsheets show nought baht
_TWO_DIGIT_YEAR = re.compile(r"\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{2}")
_YES = {"y", "t", "✓", "✔", "x", "จริง"}
_NO = {"n", "f", "เท็จ"}
_COMPACT_DAY = re.compile(r"[12]\d{7}")
_SHEET = re.compile(r"(\d{4})[\s\-/|]*(IV|I{1,3}|[1-4])[\s\-/|]*(\d{4})(?:[\s\-/|(]+(\d{1,3})\)?)?", re.IGNORECASE)
_QUADRANTS = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_HUNDREDTHS = 100
_PHONE_DIGITS_WITHOUT_ZERO = (8, 9)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a cell is refused (error) or worth a look (warning, info): a text code and what fills it."""

    code: str
    severity: Severity = "error"
    values: Mapping[str, Any] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """A stored value, and the trouble with it if there is any."""

    value: Any = None
    trouble: Trouble | None = None


def is_blank(value: Any) -> bool:
    """Say whether a cell holds nothing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return isinstance(value, float) and math.isnan(value)


def native(value: Any) -> Any:
    """Return a cell as Python's own type; whole floats as int, dates of pandas-like arrays as date."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[s]").item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def convert(
    value: Any, field: Field, *, choices: Sequence[Choice] = (), meanings: Mapping[str, str] | None = None
) -> Cell:
    """Return one cell as the field stores it. ``meanings`` turns a file's own codes into the field's.

    >>> convert("1/4/2569", Field("valid_from", Kind.DATE, "ตั้งแต่", "From")).value
    '2026-04-01'
    >>> convert("฿304,000.00", Field("price_satang", Kind.MONEY, "ราคา", "Price")).value
    30400000
    """
    value = native(value)
    if is_blank(value):
        return Cell()
    if isinstance(value, str):
        if value.strip().casefold() in _EMPTY_WORDS or value.strip() == _EMPTY_EXACT:
            return Cell(None, Trouble("row.empty_word", "info", {"text": value}))
        if value.strip() in _DASHES:
            return Cell()
    if meanings:
        told = {_bare(key): code for key, code in meanings.items()}
        value = told.get(_bare(str(value)), value)
    try:
        return Cell(_convert(value, field, choices))
    except (ValueError, InvalidOperation, OverflowError):
        return Cell(None, _refusal(value, field))


def _refusal(value: Any, field: Field) -> Trouble:
    values = {"text": str(value)[:80]}
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        return Trouble("row.unknown_code", "error", values)
    if field.kind in (Kind.DATE, Kind.DATETIME) and _TWO_DIGIT_YEAR.fullmatch(thai.arabic_digits(str(value)).strip()):
        return Trouble("row.two_digit_year", "error", values)
    return Trouble("row.not_understood", "error", values)


def _convert(value: Any, field: Field, choices: Sequence[Choice]) -> Any:
    if field.kind is Kind.CHOICE:
        return code_of(value, choices)
    if field.kind is Kind.CHOICES:
        return ",".join(code_of(part, choices) for part in re.split(r"\s*[,;|]\s*", str(value)))
    way = _WAYS.get(field.kind)
    return way(value, field) if way else parse(field, str(value))


def code_of(value: Any, choices: Sequence[Choice]) -> str:
    """Return the code that a cell means: the code itself, its Thai label or its English one.

    Raises:
        ValueError: none of them, or a label of two codes.
    """
    wanted = _bare(str(value))
    for told in ((_bare(choice.code), choice.code) for choice in choices):
        if told[0] == wanted:
            return told[1]
    found = {choice.code for choice in choices if wanted in (_bare(choice.th), _bare(choice.en))}
    if len(found) != 1:
        raise ValueError(value)
    return found.pop()


def _bare(written: str) -> str:
    return re.sub(r"[\s.]", "", thai.arabic_digits(thai.normalise(written))).casefold()


def _text(value: Any, _: Field) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    written = str(value)
    # Plain ASCII needs no mending of Thai letters; most codes and numbers are that.
    return written.strip() if written.isascii() and "  " not in written else thai.normalise(written)


def _whole(value: Any, field: Field) -> int:
    if isinstance(value, (bool, float)):
        raise ValueError(value)
    number = value if isinstance(value, int) else parse(field, str(value))
    if field.name.endswith("_be") and 1900 < number < thai.FIRST_BE_YEAR:
        number += thai.BE_MINUS_CE  # a year of the Christian era in a column of the Buddhist one
    return int(number)


def _decimal(value: Any, field: Field) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ValueError(value)
        return float(value)
    if field.unit == "ตร.ว." and "-" in str(value).strip("- "):
        return float(thai.parse_area(str(value)))
    return float(parse(field, str(value)))


def _money(value: Any, _: Field) -> int:
    written = str(value).strip()
    if _ACCOUNTING_ZERO.fullmatch(written):
        return 0
    return thai.parse_baht(written.removesuffix("บาท").strip())


def _yes_no(value: Any, field: Field) -> int:
    word = str(value).strip().casefold()
    if word in _YES or word in _NO:
        return int(word in _YES)
    return int(parse(field, word))


def as_day(value: Any) -> date:
    """Return the day of a cell; years from 2400 up are Buddhist, in real date cells too.

    Raises:
        ValueError: no day.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return thai.parse_date(value.isoformat())
    written = thai.arabic_digits(str(value)).strip()
    if _COMPACT_DAY.fullmatch(written):
        written = f"{written[:4]}-{written[4:6]}-{written[6:]}"
    written = re.sub(r"\s*([/.\-])\s*", r"\1", written)
    return thai.parse_date(re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", written))


def _day(value: Any, _: Field) -> str:
    return as_day(value).isoformat()


def _moment(value: Any, field: Field) -> str:
    if isinstance(value, datetime):
        return datetime.combine(as_day(value), value.time()).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return f"{as_day(value).isoformat()} 00:00"
    return str(parse(field, str(value)))


def _hour(value: Any, field: Field) -> str:
    return value.isoformat("minutes") if isinstance(value, time) else str(parse(field, str(value).replace(".", ":")))


def _phone(value: Any, field: Field) -> str:
    digits = str(parse(field, str(value)))
    if isinstance(value, int) and len(digits) in _PHONE_DIGITS_WITHOUT_ZERO:
        return f"0{digits}"  # a spreadsheet that took it for a number has dropped the nought
    return digits


_WAYS: Mapping[Kind, Callable[[Any, Field], Any]] = {
    Kind.TEXT: _text,
    Kind.LONGTEXT: _text,
    Kind.INT: _whole,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _money,
    Kind.BOOL: _yes_no,
    Kind.DATE: _day,
    Kind.DATETIME: _moment,
    Kind.TIME: _hour,
    Kind.PHONE: _phone,
}


# -- values made of several columns, or of part of one


def _number(value: Any) -> Decimal:
    value = native(value)
    if is_blank(value) or (isinstance(value, str) and value.strip() in _DASHES):
        return Decimal(0)
    if isinstance(value, str) and value.strip().casefold() in _EMPTY_WORDS:
        return Decimal(0)
    number = Decimal(thai.arabic_digits(str(value)).replace(",", "").strip())
    if not number.is_finite() or number < 0:
        raise ValueError(value)
    return number


def rai_ngan_wah(parts: Sequence[Any]) -> Cell:
    """Return square wah of rai, ngan, wah and, if given, เศษ (hundredths of a square wah), rounded once at the end.

    Source: the Land Department's SUBWA counts hundredths: "2 ตร.ว. เศษ 9" is 2.09 square wah.

    >>> rai_ngan_wah([2, 1, 50, 25]).value, rai_ngan_wah([0, 0, 2, 9]).value
    (950.25, 2.09)
    """
    if all(is_blank(native(part)) for part in parts):
        return Cell()
    try:
        rai, ngan, wah, hundredths = (_number(part) for part in [*parts, *[None] * 4][:4])
    except (ValueError, InvalidOperation):
        return Cell(None, Trouble("row.bad_area", "error", {"text": "-".join(str(part) for part in parts)}))
    total = thai.sqwah(rai, ngan, wah) + hundredths / _HUNDREDTHS
    value = float(total.quantize(thai.HUNDREDTH, ROUND_HALF_UP))
    usual = ngan * thai.SQWAH_PER_NGAN < thai.SQWAH_PER_RAI and wah < thai.SQWAH_PER_NGAN and hundredths < _HUNDREDTHS
    if usual and not (hundredths and wah % 1):
        return Cell(value)
    written = "-".join(str(part) for part in parts)
    return Cell(value, Trouble("row.odd_area", "warning", {"text": written, "area": thai.format_area(value)}))


def square_metres(parts: Sequence[Any]) -> Cell:
    """Return square wah of an area in square metres.

    >>> square_metres([1600]).value
    400.0
    """
    if is_blank(native(parts[0])):
        return Cell()
    try:
        area = (_number(parts[0]) / thai.M2_PER_SQWAH).quantize(thai.HUNDREDTH, ROUND_HALF_UP)
    except (ValueError, InvalidOperation):
        return Cell(None, Trouble("row.bad_area", "error", {"text": str(parts[0])}))
    return Cell(float(area))


def parcel_code(parts: Sequence[Any]) -> Cell:
    """Return the parcel code of zone, block and lot, or of a block that already holds the zone (``02S``).

    >>> parcel_code(["1", "a", 1]).value, parcel_code([7, "02S", "15/4"]).value
    ('01A001', '02S015/4')
    """
    zone, block, lot = ("" if is_blank(native(part)) else _text(native(part), _ANY).upper() for part in parts)
    head, _, rest = lot.partition("/")
    if not head.isdigit():
        return Cell()
    lot = f"{int(head):03d}" + (f"/{rest}" if rest else "")
    if re.fullmatch("[0-9]{2}[A-Z]", block):
        return Cell(block + lot)
    if re.fullmatch("[A-Z]", block) and zone.isdigit():
        return Cell(f"{int(zone):02d}{block}{lot}")
    return Cell()


def code_as_written(parts: Sequence[Any]) -> Cell:
    """Return a code without blanks and in capitals.

    >>> code_as_written([" 01a 001 "]).value
    '01A001'
    """
    value = native(parts[0])
    if is_blank(value) or str(value).strip().casefold() in _EMPTY_WORDS or str(value).strip() in _DASHES:
        return Cell()
    return Cell("".join(_text(value, _ANY).split()).upper())


def digits(parts: Sequence[Any]) -> Cell:
    """Return the digits of a code that carries letters before them.

    >>> digits(["TH400113"]).value
    '400113'
    """
    value = native(parts[0])
    return Cell(re.sub(r"\D", "", thai.arabic_digits(str(value))) or None) if not is_blank(value) else Cell()


def sheet_part(parts: Sequence[Any], position: int) -> Cell:
    """Return one part of a sheet number such as ``5440 IV 4046-07``: 1 sheet, 2 quadrant (1 to 4), 3 square, 4 part."""
    written = "" if is_blank(native(parts[0])) else thai.arabic_digits(str(native(parts[0]))).strip()
    if not written:
        return Cell()
    found = _SHEET.match(written)
    if not found:
        return Cell(None, Trouble("row.bad_sheet", "warning", {"text": written}))
    part = (found[position] or "").upper()
    return Cell(_QUADRANTS.get(part, part) or None)


def quadrant(parts: Sequence[Any]) -> Cell:
    """Return the quadrant 1 to 4 of I to IV or a digit."""
    value = native(parts[0])
    written = "" if is_blank(value) else thai.arabic_digits(str(value)).strip().upper()
    return Cell(_QUADRANTS.get(written, written) or None)


_ANY = Field("value", Kind.TEXT, "ค่า", "Value")
COMBINATIONS: Mapping[str, Callable[[Sequence[Any]], Cell]] = {
    "rai_ngan_wah": rai_ngan_wah,
    "square_metres": square_metres,
    "parcel_code": parcel_code,
    "code": code_as_written,
    "quadrant": quadrant,
    "digits": digits,
    **{f"sheet_{n}": (lambda parts, n=n: sheet_part(parts, n)) for n in (1, 2, 3, 4)},  # type: ignore[misc]
}
