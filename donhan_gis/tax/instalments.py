"""Payment in parts."""

from __future__ import annotations

from donhan_gis.law import Law


def instalments_satang(law: Law, tax_satang: int) -> tuple[int, ...]:
    """Return the parts in satang a tax may be paid in, adding up to it; none where it is below the least tax.

    Satang that cannot be shared evenly go to the first part.

    Source: Act s.52; ministerial regulation of 20 Dec 2562 (from 3,000 baht, at most three equal parts).

    >>> from donhan_gis import law
    >>> instalments_satang(law.at(2569), 900_000), instalments_satang(law.at(2569), 299_999)
    ((300000, 300000, 300000), ())
    """
    if tax_satang < law.satang("collection.instalment.min_tax"):
        return ()
    return equal_parts(tax_satang, law.whole("collection.instalment.max_parts"))


def equal_parts(tax_satang: int, parts_n: int) -> tuple[int, ...]:
    """Return equal parts of a sum in satang; what cannot be shared evenly goes to the first.

    >>> equal_parts(1_000_000, 3)
    (333334, 333333, 333333)
    """
    each, rest = divmod(tax_satang, parts_n)
    return (each + rest, *[each] * (parts_n - 1))
