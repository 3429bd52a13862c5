"""The task "run again": compute a kept assessment from the data of today and say "equal", or what changed and why."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from donhan_gis import law as law_module
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.i18n import catalogue, text
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.freezing import YEAR
from donhan_gis.tasks.runs import ASSESS, Run, run_wanted
from donhan_gis.tasks.saving import OUT, write_report
from donhan_gis.tasks.tax_columns import read_roll
from donhan_gis.tasks.tax_lines import MONEY, assessment_rows, line_rows, object_labels
from donhan_gis.tax.land_building import assess
from donhan_gis.tax.rules import rules_of
from donhan_gis.thai import format_baht

Line = dict[str, Any]
OBJECTS = ("parcel_uid", "building_uid", "condo_unit_uid")
# How a line of the kept run finds its like: by all of these, then by fewer, then by the object alone.
_LIKE = (("taxpayer_key", "use_class", "rate_row"), ("use_class", "rate_row"), ("use_class",), ())
_PLAIN = ("taxpayer_name", "use_class", "rate_row", "area", "cut_pct")


@dataclass(frozen=True, slots=True)
class Difference:
    """One changed input of a line; the tax of both runs stands at the line's first difference only."""

    line: Line
    what: str
    old: Any
    new: Any
    tax_before_satang: int
    tax_after_satang: int


@task(
    "tax.rerun",
    th="คำนวณผลประเมินซ้ำเพื่อตรวจสอบ",
    en="Compute an assessment again to check it",
    parameters=(YEAR, OUT),
    group="tax",
    help_th="คำนวณใหม่จากข้อมูลปัจจุบันโดยไม่เปลี่ยนผลเดิม แล้วบอกว่าตรงกัน หรือข้อมูลใดเปลี่ยน ภาษีต่างเท่าใด",
    help_en="Computes the kept result from today's data: equal, or which input changed and by how much.",
)
def rerun(context: Context, *, year_be: int, out: str | None) -> Report:
    """Compute the run that counts for a year again and compare."""
    with open_store(context.project, user=context.user) as store:
        run = run_wanted(store, ASSESS, year_be)
        context.say(0.1, "progress.computing")
        old, new, law_hash = kept_lines(store, run["uid"]), *computed_lines(store, run)
        differences = [found for pair in pairs(old, new) for found in differences_of(*pair)]
        report = _report(store, run, differences, same_law=law_hash == run["law_hash"])
    files = write_report(report, Path(out), context.language) if out else []
    return dataclasses.replace(report, files=tuple(files))


def kept_lines(store: Store, run_uid: str) -> list[Line]:
    """Return the lines of a kept run with their taxpayer."""
    sql = (
        "SELECT l.*, a.taxpayer_key, a.taxpayer_name FROM assessment_line l "
        "JOIN assessment a ON a.uid = l.assessment_uid WHERE l.run_uid = ? ORDER BY l.fid"
    )
    return store.query(sql, [run_uid])


def computed_lines(store: Store, run: Run) -> tuple[list[Line], str]:
    """Return the lines that today's data give for a run's year and by-law, and the hash of the law used."""
    by_law = json.loads(run["parameters"] or "{}").get("by_law")
    law = law_module.load(*([Path(by_law)] if by_law else [])).at(run["tax_year_be"])
    rules = rules_of(law)
    roll = read_roll(store, law, rules)
    result = assess(roll.town, rules)
    heads = assessment_rows(roll, result, law)
    empty = dict.fromkeys(OBJECTS)
    lines = [
        {**empty, **line, **{name: heads[payer][name] for name in ("taxpayer_key", "taxpayer_name")}}
        for payer, line in line_rows(roll, result, object_labels(store, roll))
    ]
    return lines, law.hash


def pairs(old: Sequence[Line], new: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Yield each line of one run with its like in the other; None where it has none."""
    objects: dict[str, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for side, lines in enumerate((old, new)):
        for line in lines:
            objects[next(line[name] for name in OBJECTS if line[name])][side].append(line)
    for before, after in objects.values():
        for names in _LIKE:
            yield from _alike(before, after, names)
        yield from ((line, None) for line in before)
        yield from ((None, line) for line in after)


def _alike(before: list[Line], after: list[Line], names: Sequence[str]) -> Iterator[tuple[Line, Line]]:
    """Yield the lines equal in some columns and take them from both lists."""
    for line in list(before):
        like = next((one for one in after if all(one[name] == line[name] for name in names)), None)
        if like is not None:
            before.remove(line)
            after.remove(like)
            yield line, like


def differences_of(old: Line | None, new: Line | None) -> list[Difference]:
    """Return what differs between a line and its like; nothing where they are equal."""
    line = new or old
    assert line is not None
    taxes = [one["tax_satang"] if one else 0 for one in (old, new)]
    if old is None or new is None:
        return [Difference(line, "gone" if old else "new", None, None, *taxes)]
    if old["taxpayer_key"] == new["taxpayer_key"] and _figures(old) == _figures(new) and old["trace"] == new["trace"]:
        return []
    was, now = inputs(old), inputs(new)
    changed = [(name, was.get(name), now.get(name)) for name in {**was, **now} if was.get(name) != now.get(name)]
    if not changed and _figures(old) != _figures(new):
        name = next((name for name in MONEY if old[name] != new[name]), MONEY[-1])
        changed = [(f"other_{name}", old[name], new[name])]
    return [
        Difference(line, name, before, after, *(taxes if place == 0 else (0, 0)))
        for place, (name, before, after) in enumerate(changed)
    ]


def _figures(line: Line) -> list[Any]:
    return [line[name] for name in MONEY]


def inputs(line: Line) -> dict[str, Any]:
    """Return what a line was computed from: owner, use, area, price, age, share, reduction, as the run kept it."""
    working = json.loads(line["trace"])
    worth = working["worth"]
    kept = {name: line[name] for name in _PLAIN} | {"share": round(working["share"], 6)}
    return kept | {name: value for name, value in worth.items() if name not in kept}


def _report(store: Store, run: Run, differences: Sequence[Difference], *, same_law: bool) -> Report:
    names = dict.fromkeys(difference.what for difference in differences)
    choices = {**store.registers.choices, "run_input": tuple(_choice(name) for name in names)}
    columns = (
        Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal"),
        Field("property", Kind.TEXT, "ทรัพย์สิน", "Property"),
        Field("what", Kind.CHOICE, "ข้อมูลที่เปลี่ยน", "What changed", choices="run_input"),
        Field("old", Kind.TEXT, "ค่าเดิม", "Old value"),
        Field("new", Kind.TEXT, "ค่าใหม่", "New value"),
        Field("before_satang", Kind.MONEY, "ภาษีเดิม", "Tax before", unit="บาท"),
        Field("after_satang", Kind.MONEY, "ภาษีใหม่", "Tax after", unit="บาท"),
        Field("difference_satang", Kind.MONEY, "ผลต่าง", "Difference", unit="บาท"),
    )
    shown = _Shown(choices)
    rows = [
        [d.line["taxpayer_name"], d.line["text_th"], d.what, shown.of(d.what, d.old), shown.of(d.what, d.new),
         d.tax_before_satang, d.tax_after_satang, d.tax_after_satang - d.tax_before_satang]
        for d in differences
    ]  # fmt: skip
    equal = not differences
    totals = total_of(columns, rows, ("before_satang", "after_satang", "difference_satang"))
    code = "rerun.equal" if equal else "rerun.different"
    values = {"n": f"{len(rows):,}", "difference": format_baht(totals[-1] or 0)}
    law = [] if same_law else ["rerun.law_changed"]
    return Report(
        text("rerun.title", "th", year=run["tax_year_be"]),
        text("rerun.title", "en", year=run["tax_year_be"]),
        tables=(Table("differences", "รายการที่ต่าง", "Differences", columns, rows, totals),),
        notes_th=(text(code, "th", **values), *(text(one, "th") for one in law)),
        notes_en=(text(code, "en", **values), *(text(one, "en") for one in law)),
        provenance=(("ผลที่บันทึกไว้", "Kept run", f"{run['started_at']} {run['state']}"),),
        choices=choices,
        facts={"equal": equal, "same_law": same_law, "differences": len(rows), "difference_satang": totals[-1] or 0},
    )


def _choice(name: str) -> Choice:
    known = catalogue().get(f"run.input.{name}")
    return Choice(name, known["th"], known["en"]) if known else Choice(name, name, name)


class _Shown:
    """Values as a person reads them: codes by their titles, money in baht."""

    def __init__(self, choices: dict[str, tuple[Choice, ...]]) -> None:
        self.titles = {name: {c.code: c.th for c in choices[name]} for name in ("use_class", "rate_row")}

    def of(self, name: str, value: Any) -> str:
        """Return one value of an input."""
        if value is None:
            return ""
        if "_satang" in name and isinstance(value, int) and value >= 0:
            return format_baht(value)
        return self.titles.get(name, {}).get(value, str(value))
