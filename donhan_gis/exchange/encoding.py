"""Tell UTF-8, TIS-620/CP874 and double-encoded Thai apart, and mend what can be mended.

Bytes travel here as text of ISO-8859-1, one character a byte, because readers hand them over without loss that way.
The language byte in a DBF head is ignored: offices' programs write it wrongly more often than rightly.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from donhan_gis.exchange.source import EncodingFound

LOSSLESS = "ISO-8859-1"
UTF8 = "utf-8"
THAI = "cp874"
UNKNOWN = "\ufffd"
_NAMES = {
    **dict.fromkeys(("874", "windows-874", "ansi 874", "tis620", "tis-620", "iso-8859-11"), THAI),
    **dict.fromkeys(("65001", "utf8"), UTF8),
}
_TRUSTED_SHARE = 0.5  # of the texts with letters beyond ASCII that must be valid UTF-8; Thai in CP874 almost never is
_THAI_RUN = 3  # letters in a row beyond ASCII; Western text has them one by one, Thai in runs
_UTF8_AS_CP874 = re.compile("เ[ธน][^A-Za-z0-9\\s]")
_UTF8_AS_WESTERN = re.compile("à[¸¹]")
_CP874_AS_WESTERN = re.compile(f"[\u00a1-\u00fb]{{{_THAI_RUN},}}")
_LOST = re.compile("[?\ufffd]{3,}")


@dataclass(frozen=True, slots=True)
class Detected:
    """The encoding of a file and how it was found; ``contradicts`` names a declared one that did not fit."""

    encoding: str
    found: EncodingFound
    contradicts: str = ""


def python_name(written: str) -> str:
    """Return Python's name of an encoding as .cpg files and users write it, or '' where it is none.

    >>> python_name("TIS-620"), python_name("65001"), python_name("nonsense")
    ('cp874', 'utf-8', '')
    """
    clean = written.strip().lower()
    clean = _NAMES.get(clean, clean)
    for name in (clean, f"cp{clean}", clean.replace("ansi ", "cp")):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return ""


def _beyond_ascii(samples: Iterable[bytes]) -> list[bytes]:
    return [sample for sample in samples if not sample.isascii()]


def _utf8_share(samples: Sequence[bytes]) -> float:
    """Return the share of samples that are UTF-8; a letter cut in half at the end (field full) is no fault."""
    return sum(_is_utf8(sample) for sample in samples) / len(samples)


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder(UTF8)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _fits(samples: Sequence[bytes], encoding: str) -> bool:
    if encoding == UTF8:
        return _utf8_share(samples) >= _TRUSTED_SHARE
    if encoding == THAI:
        return True
    # A Western name over Thai bytes: many programs write their own default into .cpg.
    runs = [len(run) for sample in samples for run in re.findall(b"[\x80-\xff]+", sample)]
    return sum(runs) / len(runs) < _THAI_RUN


def detect(samples: Iterable[bytes], declared: str = "") -> Detected:
    """Return the encoding of a file: the declared one if its bytes agree, else strict UTF-8, else CP874.

    >>> detect(["ดอนหัน".encode("cp874")]).encoding, detect(["ดอนหัน".encode()], "cp874").encoding
    ('cp874', 'utf-8')
    """
    known = python_name(declared) if declared else ""
    telling = _beyond_ascii(samples)
    if not telling:
        return Detected(known or UTF8, "declared" if known else "tried")
    # Valid UTF-8 of several letters is never an accident, so it overrules a .cpg that says otherwise.
    is_utf8 = _utf8_share(telling) >= _TRUSTED_SHARE
    if known and _fits(telling, known) and (known == UTF8 or not is_utf8):
        return Detected(known, "declared")
    return Detected(UTF8 if is_utf8 else THAI, "tried", declared)


def decode(raw: bytes, encoding: str) -> tuple[str, bool]:
    """Return the text of bytes and whether part of it is lost (shown as U+FFFD)."""
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError:
        if encoding == UTF8 and _is_utf8(raw):
            return raw.decode(encoding, "ignore"), True
        return raw.decode(encoding, "replace"), True


def _bytes_of(written: str, encoding: str) -> bytes:
    """Return the bytes that were misread as ``encoding``; undefined ones came through as their own number."""
    out = bytearray()
    for letter in written:
        try:
            out += letter.encode(encoding)
        except UnicodeEncodeError:
            if ord(letter) > 0xFF:
                raise
            out.append(ord(letter))
    return bytes(out)


def _reread(written: str, misread_as: str, truly: str) -> str | None:
    try:
        # The incremental reader forgives a letter cut in half where a DBF field was full.
        again = codecs.getincrementaldecoder(truly)().decode(_bytes_of(written, misread_as))
    except UnicodeError:
        return None
    return again if re.search("[ก-๙]", again) else None


def repair(written: str) -> str:
    """Return text whose Thai was encoded twice as it was meant; anything else comes back unchanged.

    >>> repair("ภาษี".encode().decode("cp874")), repair("´Í¹ËÑ¹"), repair("โฉนด")
    ('ภาษี', 'ดอนหัน', 'โฉนด')
    """
    if written.isascii():
        return written
    if _UTF8_AS_CP874.search(written) and (again := _reread(written, THAI, UTF8)):
        return again
    if _UTF8_AS_WESTERN.search(written) and (again := _reread(written, "cp1252", UTF8)):
        return again
    if _CP874_AS_WESTERN.search(written) and not re.search("[ก-๙]", written):
        return _reread(written, "cp1252", THAI) or written
    return written


def is_damaged(written: str) -> bool:
    """Say whether letters of a text are lost for good: marks of unknown letters, or question marks in a row.

    >>> is_damaged("???? 12"), is_damaged("จริงไหม?")
    (True, False)
    """
    return UNKNOWN in written or bool(_LOST.search(written))


@dataclass(frozen=True, slots=True)
class DecodedColumn:
    """A column as text (n,), with masks (n,) of the values mended and of those partly lost."""

    values: NDArray[Any]
    repaired: NDArray[np.bool_]
    damaged: NDArray[np.bool_]


def decode_column(values: NDArray[Any], encoding: str) -> DecodedColumn:
    """Return a text column (n,) decoded from lossless bytes and mended, each value once; None stays None."""
    known: dict[str | None, tuple[str | None, bool, bool]] = {None: (None, False, False)}
    for value in Counter(values.tolist()):
        if isinstance(value, str):
            known[value] = _decode_value(value, encoding)
    told = [known[value if isinstance(value, str) else None] for value in values.tolist()]
    text = np.array([entry[0] for entry in told], dtype=object)
    repaired, damaged = (np.fromiter((entry[i] for entry in told), bool, len(told)) for i in (1, 2))
    return DecodedColumn(text, repaired, damaged)


def _decode_value(value: str, encoding: str) -> tuple[str, bool, bool]:
    if value.isascii():
        return value, False, is_damaged(value)
    written, lost = decode(value.encode(LOSSLESS), encoding)
    mended = repair(written)
    return mended, mended != written, lost or is_damaged(mended)
