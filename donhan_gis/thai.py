"""Thai writing of dates, areas, money and identity numbers: the only place that knows the Buddhist Era and Thai digits.

Storage holds ISO dates, square wah and whole satang; this module turns them into what an officer reads, and back.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

BE_MINUS_CE = 543
SQWAH_PER_RAI = 400
SQWAH_PER_NGAN = 100
M2_PER_SQWAH = 4
SATANG_PER_BAHT = 100
HUNDREDTH = Decimal("0.01")
# The solar calendar's years before this one cannot be tokens of a Buddhist year in office papers.
FIRST_BE_YEAR = 2400
_FISCAL_MONTH = 10  # the fiscal year begins in October

MONTHS = [
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
]
MONTHS_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060"))
_TONE_MARKS = "่้๊๋์"  # and ทัณฑฆาต, which too stands last
_MARKS = re.compile("[ัิ-ู็-ํ]{2,}")
_DIGIT_WORDS = ["ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"]
_PLACE_WORDS = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")


def thai_digits(written: str) -> str:
    """Return the text with Arabic digits turned into Thai ones.

    >>> thai_digits("2569")
    '๒๕๖๙'
    """
    return written.translate(_TO_THAI)


def arabic_digits(written: str) -> str:
    """Return the text with Thai digits turned into Arabic ones.

    >>> arabic_digits("ขก.ถ.๒๘-๐๐๓")
    'ขก.ถ.28-003'
    """
    return written.translate(_TO_ARABIC)


def normalise(written: str) -> str:
    """Return Thai text as it should have been typed: doubled เ as แ, vowel before tone mark, no invisible characters.

    >>> normalise("เเนวคิด พ้ืน ทํา ได\u200b้ นำ้")
    'แนวคิด พื้น ทำ ได้ น้ำ'
    """
    clean = unicodedata.normalize("NFC", written).translate(_ZERO_WIDTH).replace("\u00a0", " ")
    clean = clean.replace("เเ", "แ")
    settled = _marks_settled(clean)
    while settled != clean:  # marks that move may meet others
        clean, settled = settled, _marks_settled(settled)
    return re.sub(r"[ \t]+", " ", clean).strip()


def _marks_settled(clean: str) -> str:
    clean = _MARKS.sub(_in_order, clean)
    clean = re.sub("ํ([่-๋]*)า", r"\1ำ", clean)  # นิคหิต + า is สระอำ
    return _MARKS.sub(_in_order, re.sub("ำ([่-๋]+)", r"\1ำ", clean))


def _in_order(marks: re.Match[str]) -> str:
    """Return the marks on one letter, each once: a tone mark stands after the vowel above or below."""
    return "".join(dict.fromkeys(sorted(marks[0], key=lambda mark: mark in _TONE_MARKS)))


def be_year(day: date) -> int:
    """Return the Buddhist year of a day.

    >>> be_year(date(2026, 1, 1))
    2569
    """
    return day.year + BE_MINUS_CE


def fiscal_year_be(day: date) -> int:
    """Return the fiscal year (B.E.) of a day: it begins on 1 October of the year before.

    Source: Budget Procedures Act B.E. 2561, section 4.

    >>> fiscal_year_be(date(2025, 9, 30)), fiscal_year_be(date(2025, 10, 1))
    (2568, 2569)
    """
    return be_year(day) + (day.month >= _FISCAL_MONTH)


def new_year_day(year_be: int) -> date:
    """Return 1 January of a Buddhist year: the day of which a tax year is judged (section 9)."""
    return date(year_be - BE_MINUS_CE, 1, 1)


def format_date(day: date, style: Literal["long", "short", "numeric"] = "long") -> str:
    """Return a day in the Buddhist Era.

    >>> day = date(2026, 6, 30)
    >>> format_date(day), format_date(day, "short"), format_date(day, "numeric")
    ('30 มิถุนายน 2569', '30 มิ.ย. 2569', '30/6/2569')
    """
    if style == "numeric":
        return f"{day.day}/{day.month}/{be_year(day)}"
    months = MONTHS if style == "long" else MONTHS_SHORT
    return f"{day.day} {months[day.month - 1]} {be_year(day)}"


def parse_date(written: str) -> date:
    """Return the day written as ``d/m/yyyy``, ISO, or with a Thai month name; years from 2400 up are Buddhist.

    >>> parse_date("1/4/2569"), parse_date("๓๐ มิ.ย. ๒๕๖๙"), parse_date("2026-06-30")
    (datetime.date(2026, 4, 1), datetime.date(2026, 6, 30), datetime.date(2026, 6, 30))

    Raises:
        ValueError: no date, no such day, or a year of two digits (it could be 2469, 2569, 1969 or 2069).
    """
    clean = arabic_digits(normalise(written))
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+Z?)?", clean):
        year, month, day = (int(part) for part in found.groups())
    elif found := re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", clean):
        day, month, year = (int(part) for part in found.groups())
    elif (found := re.fullmatch(r"(\d{1,2})\s*([ก-๙.]+?)\s*(?:พ\.ศ\.)?\s*(\d{4})", clean)) and found[2] in (
        MONTHS + MONTHS_SHORT
    ):
        day, year = int(found[1]), int(found[3])
        month = (MONTHS + MONTHS_SHORT).index(found[2]) % len(MONTHS) + 1
    else:
        raise ValueError(written)
    return date(year - BE_MINUS_CE if year >= FIRST_BE_YEAR else year, month, day)


def rai_ngan_wah(area_sqwah: Decimal | float) -> tuple[int, int, Decimal]:
    """Return rai, ngan and square wah (two decimals) of an area, rounded once before it is split.

    >>> rai_ngan_wah(Decimal("950.25")), rai_ngan_wah(99.999)
    ((2, 1, Decimal('50.25')), (0, 1, Decimal('0.00')))
    """
    total = Decimal(str(area_sqwah)).quantize(HUNDREDTH, ROUND_HALF_UP)
    rai, rest = divmod(total, SQWAH_PER_RAI)
    ngan, wah = divmod(rest, SQWAH_PER_NGAN)
    return int(rai), int(ngan), wah


def format_area(area_sqwah: Decimal | float) -> str:
    """Return an area as rai-ngan-wah.

    >>> format_area(950.25), format_area(Decimal(400))
    ('2-1-50.25', '1-0-00')
    """
    rai, ngan, wah = rai_ngan_wah(area_sqwah)
    whole = wah == wah.to_integral_value()
    return f"{rai:,}-{ngan}-{int(wah):02d}" if whole else f"{rai:,}-{ngan}-{wah:05.2f}"


def sqwah(rai: Decimal | int = 0, ngan: Decimal | int = 0, wah: Decimal | int = 0) -> Decimal:
    """Return square wah of rai, ngan and wah."""
    return Decimal(rai) * SQWAH_PER_RAI + Decimal(ngan) * SQWAH_PER_NGAN + Decimal(wah)


def parse_area(written: str) -> Decimal:
    """Return square wah of an area written ``rai-ngan-wah``; a single number is square wah.

    >>> parse_area("2-1-50.25"), parse_area("1,250")
    (Decimal('950.25'), Decimal('1250'))

    Raises:
        ValueError: not an area, or ngan above 3, or wah from 100 up.
    """
    parts = arabic_digits(normalise(written)).replace(",", "").split("-")
    try:
        numbers = [Decimal(part.strip()) for part in parts]
    except InvalidOperation as error:
        raise ValueError(written) from error
    if any(not number.is_finite() or number < 0 for number in numbers):
        raise ValueError(written)
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) != 3 or numbers[1] * SQWAH_PER_NGAN >= SQWAH_PER_RAI or numbers[2] >= SQWAH_PER_NGAN:
        raise ValueError(written)
    return sqwah(*numbers)


def format_baht(satang: int) -> str:
    """Return money in baht with two decimals.

    >>> format_baht(123450), format_baht(-5)
    ('1,234.50', '-0.05')
    """
    baht, rest = divmod(abs(satang), SATANG_PER_BAHT)
    return f"{'-' if satang < 0 else ''}{baht:,}.{rest:02d}"


def parse_baht(written: str) -> int:
    """Return satang of money written in baht, with or without ฿ and commas.

    >>> parse_baht("฿304,000.50")
    30400050

    Raises:
        ValueError: not money, or finer than a satang.
    """
    try:
        satang = Decimal(arabic_digits(written).replace("฿", "").replace(",", "").strip()) * SATANG_PER_BAHT
    except InvalidOperation as error:
        raise ValueError(written) from error
    if not satang.is_finite() or satang != satang.to_integral_value():
        raise ValueError(written)
    return int(satang)


def _words_below_million(number: int, *, after_million: bool) -> str:
    digits = [int(digit) for digit in str(number)]
    words = []
    for index, digit in enumerate(digits):
        place = len(digits) - index - 1
        if digit == 0:
            continue
        if place == 1 and digit in (1, 2):
            words.append("สิบ" if digit == 1 else "ยี่สิบ")
        elif place == 0 and digit == 1 and (len(digits) > 1 or after_million):
            words.append("เอ็ด")
        else:
            words.append(_DIGIT_WORDS[digit] + _PLACE_WORDS[place])
    return "".join(words)


def number_words(number: int) -> str:
    """Return a whole number in Thai words.

    >>> number_words(21), number_words(1000001), number_words(0)
    ('ยี่สิบเอ็ด', 'หนึ่งล้านเอ็ด', 'ศูนย์')
    """
    if number == 0:
        return _DIGIT_WORDS[0]
    millions, rest = divmod(number, 10 ** len(_PLACE_WORDS))
    head = number_words(millions) + "ล้าน" if millions else ""
    return head + _words_below_million(rest, after_million=millions > 0)


def baht_text(satang: int) -> str:
    """Return money in Thai words, as receipts and notices require.

    >>> baht_text(525000), baht_text(50), baht_text(0)
    ('ห้าพันสองร้อยห้าสิบบาทถ้วน', 'ห้าสิบสตางค์', 'ศูนย์บาทถ้วน')
    """
    sign = "ลบ" if satang < 0 else ""
    baht, rest = divmod(abs(satang), SATANG_PER_BAHT)
    if not rest:
        return f"{sign}{number_words(baht)}บาทถ้วน"
    return f"{sign}{number_words(baht) + 'บาท' if baht else ''}{number_words(rest)}สตางค์"


def person_id_ok(written: str) -> bool:
    """Say whether a 13-digit identity or taxpayer number carries its right check digit (mod 11).

    >>> person_id_ok("1-2345-67890-12-1"), person_id_ok("1234567890123")
    (True, False)
    """
    digits = [int(digit) for digit in re.sub(r"[\s-]", "", arabic_digits(written)) if digit.isdigit()]
    if len(digits) != 13 or not re.fullmatch(r"[\d\s-]+", arabic_digits(written)):
        return False
    weighted = sum(digit * (13 - index) for index, digit in enumerate(digits[:12]))
    return (11 - weighted % 11) % 10 == digits[12]
