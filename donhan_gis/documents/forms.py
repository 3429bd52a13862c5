"""The one-page papers: ภ.ด.ส.5, 9, 10, 11, the warning letter of section 61, and ภ.ป.1, 3, 7 of the signboard tax.

A paper is a set of named texts; a text that is absent leaves a dotted line, so the same template prints the blank form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from donhan_gis import thai
from donhan_gis.documents.notice import Office
from donhan_gis.errors import InvalidInput

Form = Literal["pds5", "pds9", "pds10", "pds11", "warning", "pp1", "pp3", "pp7"]
_PERSON = ("name", "house_no", "moo", "soi", "road", "tambon", "amphoe", "province", "phone")
_CHANGE = ("n", "moo", "road", "tambon", "amphoe", "province", "document", "before", "after", "changed_on")
_CHANGED = {
    "land": (*_CHANGE, "rai", "ngan", "wah"),
    "building": (*_CHANGE, "m2"),
    "condo": (*_CHANGE, "m2", "name", "unit"),
}
# What each paper has room for. Terms counted in days, years and percent come from the law tables, not from a template.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "pds5": (
        *(*_PERSON, "filed_on", "number"),
        *(f"{what}_{cell}" for what, cells in _CHANGED.items() for cell in cells),
        *("within_days", "counts_from"),
    ),
    "pds9": (
        *(*_PERSON, "filed_on", "number", "to", "year", "paid", "paid_words", "receipts", "receipt_on", "claimed"),
        *("claimed_words", "reason", "not_liable", "too_much", "within_years", "unclaimed_years"),
    ),
    "pds10": (
        *("filed_on", "number", "to", "year", "notice_no", "notice_on", "received_on", "name", "grounds"),
        *("documents_n", "filed_within_days", "decide_days"),
    ),
    "pds11": (
        *(*_PERSON, "number", "paid_on", "address", "notice_no", "notice_on", "year", "part_no", "method", "elaas_no"),
        *("cashier", "penalty_pct", "months", "total_words", "void"),
    ),
    "pp7": (
        *(*_PERSON, "number", "paid_on", "address", "notice_no", "notice_on", "year", "part_no", "method", "elaas_no"),
        *("cashier", "penalty_pct", "months", "total_words", "void"),
    ),
    "warning": (
        *("number", "issued_on", "name", "address", "year", "notice_no", "due_on", "owed", "owed_words", "pay_by"),
        *("pay_within_days", "within_warning", "after_warning", "surcharge", "seizure_days"),
    ),
    "pp1": (*_PERSON, "year", "business", "filed_on", "number"),
    "pp3": (
        *("number", "issued_on", "name", "address", "year", "filing_no", "filed_on", "tax", "extra", "total"),
        *("total_words", "pay_within_days", "late_per_month", "appeal_days"),
    ),
}  # fmt: skip


def form_data(
    form: Form, values: Mapping[str, str], office: Office, *,
    rows: Sequence[Mapping[str, str]] = (), sample: bool = False, thai_digits: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return a paper as the template ``form_letter`` wants it.

    Raises:
        KeyError: a value the paper has no room for (a fault of the caller: nothing may be lost in silence).
    """
    lost = set(values) - set(FIELDS[form])
    if lost:
        raise KeyError(f"{form}: {sorted(lost)}")
    return {
        "form": form,
        "office": {name: getattr(office, name) for name in ("name", "address", "phone", "pay_at")},
        "signer": {"name": office.signer_name, "title": office.signer_title},
        "values": {name: values.get(name) or "" for name in FIELDS[form]},
        "rows": [dict(row) for row in rows],
        "sample": sample,
        "thai_digits": thai_digits,
    }


def receipt_rows(number: str, amounts: Mapping[str, int], total_satang: int) -> list[dict[str, str]]:
    """Return the lines of a receipt with baht and satang in columns of their own, and their sum.

    Raises:
        InvalidInput: the lines do not add up to the total; a receipt that lies is not printed.

    >>> receipt_rows("1", {"tax": 10050, "penalty": 1005}, 11055)[-1]
    {'item': 'total', 'baht': '110', 'satang': '55'}
    """
    if sum(amounts.values()) != total_satang:
        raise InvalidInput(
            "forms.receipt_sum", field="total_satang", number=number,
            lines=thai.format_baht(sum(amounts.values())), total=thai.format_baht(total_satang),
        )  # fmt: skip
    return [_money_row(item, satang) for item, satang in [*amounts.items(), ("total", total_satang)]]


def _money_row(item: str, satang: int) -> dict[str, str]:
    baht, rest = divmod(satang, thai.SATANG_PER_BAHT)
    return {"item": item, "baht": f"{baht:,}", "satang": f"{rest:02d}"}
