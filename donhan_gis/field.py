"""`Field`: one declared column, task parameter or report column, with its validator, parser and formatter."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Literal

from donhan_gis import thai
from donhan_gis.i18n import Language, catalogue, text


class Kind(StrEnum):
    """What a field holds; a further kind needs a decision record."""

    TEXT = "text"
    LONGTEXT = "longtext"
    INT = "int"
    DECIMAL = "decimal"
    MONEY = "money"
    BOOL = "bool"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    REF = "ref"
    ANYREF = "anyref"
    PHOTO = "photo"
    FILE = "file"
    PERSON_ID = "person_id"
    PHONE = "phone"


Privacy = Literal["public", "internal", "personal", "sensitive"]
PRIVACY_LEVELS: tuple[Privacy, ...] = ("public", "internal", "personal", "sensitive")
CODES_NAMED = 40  # of a list, in a sentence that refuses a code
NUMBERS = (Kind.INT, Kind.DECIMAL, Kind.MONEY)
LIMIT = 2**63  # the database's whole numbers have 64 bits


@dataclass(frozen=True, slots=True)
class Choice:
    """One code of a code list with its Thai and English label."""

    code: str
    th: str
    en: str

    def title(self, language: Language = "th") -> str:
        """Return the label."""
        return self.th if language == "th" else self.en


@dataclass(frozen=True, slots=True)
class Field:
    """One declared column or parameter.

    ``unit`` is shown behind the value; ``minimum`` and ``maximum`` are in that unit (money: satang); ``choices`` names
    a code list; ``to`` names the register a reference points at,
    or whose rows are offered while a text is typed; ``only`` is the SQL condition under which the field
    applies; ``default`` is written as a user would type it, or ``today()``; ``writes``
    is the ending of the file that a task writes there (``.xlsx``; several: ``.pdf .xlsx``), or ``/`` for a folder; a
    file without it is read.
    """

    name: str
    kind: Kind
    th: str
    en: str
    section: str = ""
    unit: str = ""
    required: bool = False
    unique: bool = False
    default: str | int | float | bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    choices: str = ""
    to: str = ""
    privacy: Privacy = "internal"
    only: str = ""
    decimals: int = 2
    help_th: str = ""
    help_en: str = ""
    source: str = ""
    was: str = ""
    retired: bool = False
    readonly: bool = False
    writes: str = ""

    def title(self, language: Language = "th") -> str:
        """Return the title without its unit."""
        return self.th if language == "th" else self.en

    def heading(self, language: Language = "th") -> str:
        """Return the title with its unit, as a column heading shows it."""
        return f"{self.title(language)} ({self.unit_name(language)})" if self.unit else self.title(language)

    def unit_name(self, language: Language = "th") -> str:
        """Return the unit as people of that language write it; one without a translation stays as declared.

        >>> Field("area_sqwah", Kind.DECIMAL, "เนื้อที่", "Area", unit="ตร.ว.").heading("en")
        'Area (sq. wah)'
        """
        code = f"unit.{self.unit}"
        return text(code, language) if code in catalogue() else self.unit


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a value is refused: a text code and what fills it."""

    field: str
    code: str
    values: Mapping[str, Any]

    def text(self, language: Language = "th") -> str:
        """Return the sentence."""
        values = {k: v[language] if isinstance(v, dict) else v for k, v in self.values.items()}
        return text(self.code, language, **values)


def parse(field: Field, written: str) -> Any:
    """Return the stored value of what a user typed; empty text is None.

    Storage forms: money int satang, dates ISO text, decimals float, booleans 0 or 1, the rest text.

    >>> parse(Field("cost_satang", Kind.MONEY, "ราคา", "Cost"), "1,250.50")
    125050

    Raises:
        ValueError: the text is not of the field's kind.
    """
    clean = thai.normalise(written) if field.kind is not Kind.LONGTEXT else written.strip()
    if not clean:
        return None
    try:
        if field.kind is Kind.DECIMAL and field.name.endswith("_sqwah") and clean.count("-") > 1:
            return float(thai.parse_area(clean))  # an area may be typed as rai-ngan-wah
        # Codes are kept in Arabic digits, however they were typed.
        return _PARSERS.get(field.kind, thai.arabic_digits if field.pattern else str)(clean)
    except (KeyError, InvalidOperation) as error:
        raise ValueError(written) from error


def default_of(field: Field, today: date) -> Any:
    """Return the stored value a new row starts with; ``today()`` and ``now()`` are the day given.

    >>> default_of(Field("at", Kind.DATE, "วันที่", "On", default="today()"), date(2026, 1, 1))
    '2026-01-01'
    """
    if field.default in ("today()", "now()"):
        moment = datetime.combine(today, time())
        return today.isoformat() if field.kind is Kind.DATE else moment.isoformat(sep=" ", timespec="minutes")
    return parse(field, str(field.default)) if field.default is not None else None


def _finite(written: str) -> float:
    number = float(Decimal(thai.arabic_digits(written).replace(",", "")))
    if not math.isfinite(number):
        raise ValueError(written)
    return number


def parse_time(written: str) -> time:
    """Return the time of day of ``h:mm`` or, as Thai papers write it, ``h.mm น.``.

    >>> parse_time("8:30"), parse_time("๑๖.๐๐ น.")
    (datetime.time(8, 30), datetime.time(16, 0))
    """
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:น\.)?", thai.arabic_digits(written))
    if not found:
        raise ValueError(written)
    hour, minute, second = (int(part or 0) for part in found.groups())
    return time(hour, minute, second)


def parse_datetime(written: str) -> datetime:
    """Return day and time of ISO text or of ``d/m/yyyy h:mm``, in the Buddhist Era too.

    >>> parse_datetime("1/4/2569 08:30"), parse_datetime("30 มิ.ย. 2569 8.30 น.")
    (datetime.datetime(2026, 4, 1, 8, 30), datetime.datetime(2026, 6, 30, 8, 30))
    """
    found = re.fullmatch(r"(.*\d)[T ]\s*(\d{1,2}[:.]\d{2}.*?)Z?", written)
    if not found:
        raise ValueError(written)
    return datetime.combine(thai.parse_date(found[1]), parse_time(found[2]))


_WORDS_OF_BOOL = {word: 1 for word in ("1", "true", "yes", "ใช่", "มี")}
_WORDS_OF_BOOL |= {word: 0 for word in ("0", "false", "no", "ไม่ใช่", "ไม่", "ไม่มี")}


def _bare_number(written: str) -> str:
    return re.sub(r"[\s-]", "", thai.arabic_digits(written))


_PARSERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.INT: lambda written: int(thai.arabic_digits(written).replace(",", "")),
    Kind.DECIMAL: _finite,
    Kind.MONEY: thai.parse_baht,
    Kind.BOOL: lambda written: _WORDS_OF_BOOL[thai.arabic_digits(written).lower()],
    Kind.DATE: lambda written: thai.parse_date(written).isoformat(),
    Kind.TIME: lambda written: parse_time(written).isoformat("minutes"),
    Kind.DATETIME: lambda written: parse_datetime(thai.arabic_digits(written)).isoformat(sep=" ", timespec="minutes"),
    Kind.PERSON_ID: _bare_number,
    Kind.PHONE: _bare_number,
}
_NUMBER_TYPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.INT: (int,),
    Kind.MONEY: (int,),
    Kind.DECIMAL: (int, float, Decimal),
}
_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.DATE: date.fromisoformat,
    Kind.TIME: time.fromisoformat,
    Kind.DATETIME: datetime.fromisoformat,
}


def _is_of_kind(field: Field, value: Any) -> bool:
    if field.kind in NUMBERS:
        return isinstance(value, _NUMBER_TYPES[field.kind]) and abs(float(str(value))) < LIMIT
    if field.kind is Kind.BOOL:
        return value in (0, 1)
    if not isinstance(value, str):
        return False
    try:
        _READERS.get(field.kind, str)(value)
    except ValueError:
        return False
    return True


def problems(field: Field, value: Any, *, choices: Sequence[Choice] = ()) -> list[Problem]:
    """Return why a stored value breaks the field's limits; nothing when it is fine."""
    title = {"th": field.th, "en": field.en}

    def problem(code: str, **values: Any) -> list[Problem]:
        return [Problem(field.name, code, {"title": title, "value": value, **values})]

    if value is None or value == "":
        return problem("field.required") if field.required else []
    if not _is_of_kind(field, value):
        return problem("field.kind")
    if field.minimum is not None and field.kind in NUMBERS and value < field.minimum:
        return problem("field.min", limit=_limit(field, field.minimum))
    if field.maximum is not None and field.kind in NUMBERS and value > field.maximum:
        return problem("field.max", limit=_limit(field, field.maximum))
    if field.pattern and not re.fullmatch(field.pattern, value):
        return problem("field.pattern")
    if field.kind is Kind.PERSON_ID and not thai.person_id_ok(value):
        return problem("field.person_id")
    if field.kind is Kind.CHOICE and choices and value not in {choice.code for choice in choices}:
        return problem("field.choice", known=", ".join(choice.code for choice in choices[:CODES_NAMED]))
    return []


def _limit(field: Field, limit: float) -> str:
    return thai.format_baht(int(limit)) if field.kind is Kind.MONEY else f"{limit:g}"


def show(field: Field, value: Any, language: Language = "th", *, choices: Sequence[Choice] = ()) -> str:
    """Return a stored value as a person reads it; one that is not of its kind is shown as it stands.

    >>> show(Field("built_on", Kind.DATE, "วันที่", "On"), "2026-06-30")
    '30 มิ.ย. 2569'
    """
    if value is None or value == "":
        return ""
    if field.kind is Kind.CHOICE:
        return next((choice.title(language) for choice in choices if choice.code == str(value)), str(value))
    if field.kind is Kind.BOOL:
        return text("yes" if value else "no", language)
    if field.kind is Kind.INT and field.name.endswith("_be"):
        return str(value)  # a year takes no thousands separator
    try:
        if field.kind is Kind.DECIMAL:
            return f"{float(value):,.{field.decimals}f}"
        return _WRITERS.get(field.kind, str)(value)
    except (ValueError, TypeError, OverflowError):
        return str(value)  # another program wrote it; the data check will tell


def _show_datetime(value: str) -> str:
    moment = datetime.fromisoformat(value)
    return f"{thai.format_date(moment.date(), 'short')} {moment:%H:%M}"


_WRITERS: Mapping[Kind, Callable[[Any], str]] = {
    Kind.MONEY: lambda value: thai.format_baht(int(value)),
    Kind.INT: lambda value: f"{int(value):,}",
    Kind.DATE: lambda value: thai.format_date(date.fromisoformat(str(value)[:10]), "short"),
    Kind.DATETIME: _show_datetime,
}
