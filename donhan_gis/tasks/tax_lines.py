"""An assessment as rows of the registers "assessment" and "assessment_line", with inputs and working kept as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np

from donhan_gis.finding import Finding
from donhan_gis.i18n import text
from donhan_gis.law import Law
from donhan_gis.store import Store
from donhan_gis.tasks.tax_appraisal import Worth
from donhan_gis.tasks.tax_columns import TaxRoll
from donhan_gis.tax.assessment import Assessment
from donhan_gis.tax.columns import CLASSES, NONE, ROWS, SHARE_SCALE
from donhan_gis.tax.rules import KEEP_SCALE
from donhan_gis.tax.trace import Working

Row = dict[str, Any]
MONEY = ("value_satang", "exempt_satang", "base_satang", "tax_satang")
PER_CENT = 100
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=dataclasses.asdict).encode


def person_name(row: Mapping[str, Any]) -> str:
    """Return a person's name with its title."""
    last = f" {row['last_name']}" if row["last_name"] else ""
    return f"{row['title'] or ''}{row['first_name']}{last}".strip()


def object_labels(store: Store, roll: TaxRoll) -> list[str]:
    """Return what each object is called on papers."""
    of_kind: dict[str, list[str]] = {name: [] for name in set(roll.kinds)}
    for kind, row in zip(roll.kinds, roll.rows, strict=True):
        of_kind[kind].append(row["uid"])
    labels = {name: store.titles_of(name, uids) for name, uids in of_kind.items()}
    deeds = {choice.code: choice.th for choice in store.registers.choices["deed_kind"]}
    return [
        labels[kind][row["uid"]] + (_deed(row, deeds) if kind == "parcel" else "")
        for kind, row in zip(roll.kinds, roll.rows, strict=True)
    ]


def _deed(parcel: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """Return the title document in brackets, by which an owner knows a parcel."""
    return f" ({kinds.get(parcel['doc_type'], '')} {parcel['doc_no']})" if parcel["doc_no"] else ""


def problem_findings(roll: TaxRoll, result: Assessment, labels: Sequence[str]) -> list[Finding]:
    """Return the engine's problems as findings on the rows they concern."""
    return [
        Finding(
            problem.code,
            "warning" if problem.bill else "error",
            register=roll.kinds[problem.object],
            row_uid=roll.rows[problem.object]["uid"],
            row_label=labels[problem.object],
        )
        for problem in result.problems
    ]


def assessment_rows(roll: TaxRoll, result: Assessment, law: Law) -> dict[int, Row]:
    """Return one row a taxpayer with a line, by the taxpayer's number."""
    sums = _sums(result)
    return {
        payer: _assessment(roll, result, law, payer, sums[payer]) for payer in np.flatnonzero(result.taxed).tolist()
    }


def _sums(result: Assessment) -> list[list[int]]:
    """Return value, exemption and base in satang by taxpayer, from the lines as they are shown."""
    payer = result.bases.taxpayer[result.parts.base]
    shown = (result.lines.value, result.lines.exempt, result.lines.base)
    totals = np.zeros((len(result.bill), len(shown)), np.int64)
    for place, amounts in enumerate(shown):
        np.add.at(totals[:, place], payer, amounts)
    return [[int(amount) for amount in row] for row in totals]


def _assessment(roll: TaxRoll, result: Assessment, law: Law, payer: int, sums: Sequence[int]) -> Row:
    persons = [roll.persons[uid] for uid in roll.taxpayers[payer]]
    natural = sum(person["kind"] == "NAT" for person in persons)
    kinds = {0: "juristic", len(persons): "natural"}
    return {
        "tax_year_be": law.year_be,
        "taxpayer_key": roll.key(payer),
        "taxpayer_name": ", ".join(person_name(person) for person in persons),
        "owner_kind": kinds.get(natural, "mixed"),
        "value_satang": sums[0],
        "exempt_satang": sums[1],
        "base_satang": sums[2],
        "tax_satang": int(result.bill[payer]),
        "due_on": law.table("collection.calendar")["pay_by"].isoformat(),
        "note": text("assess.held") if result.held[payer] else None,
    }


def line_rows(roll: TaxRoll, result: Assessment, labels: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield (taxpayer's number, row) for each object and use.

    The working of a base is written once and shared by its lines, which follow each other; what section 97 does to
    the sum of a taxpayer's bases stands behind the last of them.
    """
    working, inputs = Working(result, labels.__getitem__), _Inputs(roll)
    payers = result.bases.taxpayer.tolist()
    columns = [f"{kind}_uid" for kind in roll.kinds]
    told, steps = NONE, ""
    for base, number, use, row, share, keep, *amounts in zip(*_columns(result), strict=True):
        if base != told:
            said = working.of_base(base)
            if payers[base] in result.before_s97 and payers[base + 1 : base + 2] != [payers[base]]:
                said += working.of_bill(payers[base])
            told, steps = base, ",".join([step.as_json() for step in said])
        value, exempt, taxable, tax = amounts
        line = {
            columns[number]: roll.rows[number]["uid"],
            "text_th": labels[number],
            "use_class": CLASSES[use],
            "rate_row": ROWS[row],
            "area": round(max(roll.worth[number].area, 0) * share, 2),
            "value_satang": value,
            "exempt_satang": exempt,
            "base_satang": taxable,
            "tax_satang": tax,
            "cut_pct": PER_CENT - keep * PER_CENT / KEEP_SCALE,
            "trace": f'{{"worth":{inputs.of(number)},"share":{share!r},"base":{base},"steps":[{steps}]}}',
        }
        yield payers[base], line


def _columns(result: Assessment) -> list[list[Any]]:
    """Return what is told of each part: base, object, use, rate row, share, what cuts leave, and the four amounts."""
    split, shown = result.parts.split, result.lines
    share = split.share.astype(np.float64) * split.floor_share / SHARE_SCALE**2
    told = (result.parts.base, split.object, split.use_class, split.row, share, result.parts.keep)
    return [column.tolist() for column in (*told, shown.value, shown.exempt, shown.base, shown.tax)]


class _Inputs:
    """What an object's value was made of, as JSON."""

    def __init__(self, roll: TaxRoll) -> None:
        names = [field.name for field in dataclasses.fields(Worth)]
        self._worth, self._values = roll.worth, attrgetter(*names)
        self._form = "{" + ",".join(f'"{name}":%s' for name in names) + "}"

    def of(self, number: int) -> str:
        """Return the inputs of an object."""
        values = self._values(self._worth[number])
        return self._form % tuple([value if type(value) is int else _written(value) for value in values])


@lru_cache(maxsize=10_000, typed=True)
def _written(value: Any) -> str:
    return _write(value)
