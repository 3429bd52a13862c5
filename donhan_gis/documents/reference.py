"""The reference number of a bill, which the cashier types or scans from the notice, and its QR code.

21 digits: tambon (6), kind of tax (1: land and building, 2: signboard), tax year B.E. (4), the bill's number in the
project (8), check digits (2). The check digits are those of ISO/IEC 7064 MOD 97-10, as bank account numbers use them:
one wrong digit and two digits changed over are always found. The QR code holds the same 21 digits and nothing else, so
any scanner that acts as a keyboard will do, and the code tells a stranger neither name nor amount.
"""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import dataclass

from donhan_gis.errors import InvalidInput
from donhan_gis.thai import arabic_digits

LAND_BUILDING, SIGNBOARD = 1, 2
_WIDTHS = (6, 1, 4, 8)  # tambon, kind, year, number
_LENGTH = sum(_WIDTHS) + 2
_MODULUS = 97


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference number says: ``number`` is the ``fid`` of the assessment, which no other row ever gets."""

    tambon_code: str
    kind: int
    tax_year_be: int
    number: int

    @property
    def digits(self) -> str:
        """The 21 digits.

        >>> Reference("400113", LAND_BUILDING, 2569, 123).digits
        '400113125690000012347'

        Raises:
            InvalidInput: the tambon code is not six digits.
        """
        parts = (self.tambon_code, str(self.kind), str(self.tax_year_be), f"{self.number:0{_WIDTHS[-1]}d}")
        body = "".join(parts)
        if [len(part) for part in parts] != list(_WIDTHS) or not body.isascii() or not body.isdigit():
            raise InvalidInput("forms.reference_parts", field="office.tambon_code", value=body)
        return f"{body}{98 - int(body) * 100 % _MODULUS:02d}"

    @property
    def shown(self) -> str:
        """The digits in groups, as they stand under the QR code.

        >>> Reference("400113", LAND_BUILDING, 2569, 123).shown
        '400113-1-2569-00000123-47'
        """
        ends = [sum(_WIDTHS[:i]) for i in range(len(_WIDTHS) + 1)]
        digits = self.digits
        return "-".join([*(digits[a:b] for a, b in itertools.pairwise(ends)), digits[ends[-1] :]])


def read_reference(written: str) -> Reference:
    """Return what a typed or scanned reference number says; Thai digits, spaces and hyphens are fine.

    >>> read_reference("400113-1-2569-00000123-47").number
    123

    Raises:
        InvalidInput: not 21 digits, or the check digits do not fit: something was misread.
    """
    digits = re.sub(r"[\s-]", "", arabic_digits(written))
    if not re.fullmatch(rf"[0-9]{{{_LENGTH}}}", digits) or int(digits) % _MODULUS != 1:
        raise InvalidInput("forms.reference", field="reference", value=written)
    return Reference(digits[:6], int(digits[6]), int(digits[7:11]), int(digits[11:19]))


def qr_svg(digits: str) -> str:
    """Return a QR code as SVG with its quiet zone; 15 % of it may be soiled.

    Source: ISO/IEC 18004, error correction level M, by the library segno.
    """
    import segno

    out = io.BytesIO()
    segno.make(digits, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=4, light="#fff")
    return out.getvalue().decode("ascii")
