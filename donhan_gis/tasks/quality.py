"""The task "check the data": every declared limit, rule and check of every register, told as findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely

from donhan_gis import settings
from donhan_gis.field import Kind
from donhan_gis.finding import Finding
from donhan_gis.parcels import quality
from donhan_gis.register import Check, Register
from donhan_gis.report import Report
from donhan_gis.store import Store, open_store
from donhan_gis.store.schema import quoted
from donhan_gis.task import Context, task
from donhan_gis.tasks.findings import findings_table, keep_findings

# Findings of this task begin so; those not found again are closed.
_CODES = ("check.",)


@task(
    "project.check",
    th="ตรวจข้อมูลทั้งโครงการ",
    en="Check the data",
    parameters=(),
    group="project",
    help_th="ตรวจทุกทะเบียนตามรูปแบบ กฎ และความถูกต้องของรูปแปลง แล้วบันทึกเป็นข้อที่ต้องแก้ ข้อที่แก้แล้วจะปิดให้เอง",
    help_en="Checks every register's limits, rules and shapes and keeps a list of findings; what was mended is closed.",
)
def check_project(context: Context) -> Report:
    """Check every register and keep the findings."""
    findings: list[Finding] = []
    with open_store(context.project, user=context.user) as store:
        for number, register in enumerate(store.registers.values()):
            context.progress(number / len(store.registers), register.heading(context.language))
            if not register.result and register.name not in ("finding", "quarantine"):
                findings += check_register(store, register)
        findings += _dangling_findings(store)
        fresh = keep_findings(store, findings, codes=_CODES)
        waiting = store.count("quarantine", "state = 'waiting'")
        errors = sum(finding.severity == "error" for finding in findings)
        return Report(
            "ผลการตรวจข้อมูล",
            "Data check",
            tables=(findings_table(findings, store.registers, context.language),),
            notes_th=(
                f"พบ {len(findings):,} ข้อ เป็นข้อใหม่ {fresh:,} ข้อ ข้อผิดพลาด {errors:,} ข้อ",
                f"ข้อมูลที่กักไว้รอตรวจสอบ {waiting:,} แถว",
            ),
            notes_en=(
                f"{len(findings):,} findings, {fresh:,} of them new, {errors:,} errors",
                f"{waiting:,} rows kept aside are waiting",
            ),
            choices=store.registers.choices,
            facts={"findings": len(findings), "new": fresh, "errors": errors},
        )


def _dangling_findings(store: Store) -> list[Finding]:
    registers = store.registers
    return [
        _finding(
            store,
            registers[name],
            uid,
            "check.dangling",
            values={"target": {"th": registers[target].th, "en": registers[target].en}},
        )
        for name, uid, target in store.dangling()
    ]


def check_register(store: Store, register: Register) -> list[Finding]:
    """Return what is wrong with the rows of a register."""
    found = [*_field_findings(store, register), *_rule_findings(store, register)]
    if register.geometry != "None":
        found += _shape_findings(store, register)
    for check in register.checks:
        found += _CHECKS[check.name](store, register, check)
    if register.name == "parcel":
        found += _area_findings(store, register)
    return found


def _finding(store: Store, register: Register, uid: str, code: str, **rest: Any) -> Finding:
    return Finding(code, register=register.name, row_uid=uid, row_label=store.title_of(register.name, uid), **rest)


def _field_findings(store: Store, register: Register) -> Iterator[Finding]:
    """Tell values outside their limits, not in their list, or not in the required form."""
    for field in register.fields:
        only = f"({field.only}) AND " if field.only else ""
        column, title = quoted(field.name), {"th": field.th, "en": field.en}
        bad: list[tuple[str, str, list[Any]]] = []
        if field.required:
            bad.append(("field.required", f"{column} IS NULL OR {column} = ''", []))
        if field.minimum is not None:
            bad.append(("field.min", f"{column} < ?", [field.minimum]))
        if field.maximum is not None:
            bad.append(("field.max", f"{column} > ?", [field.maximum]))
        if field.kind is Kind.CHOICE:
            codes = [choice.code for choice in store.registers.choices_of(field)]
            marks = ", ".join("?" * len(codes))
            bad.append(("field.choice", f"{column} NOT IN ({marks})", [*codes]))
        for code, condition, values in bad:
            for row in store.rows(register.name, f"{only}({condition})", values, columns=["uid", field.name]):
                shown = {"title": title, "value": row[field.name], "limit": values[0] if values else ""}
                yield _finding(store, register, row["uid"], f"check.{code}", field=field.name, values=shown)
        if field.pattern:
            yield from _pattern_findings(store, register, field.name)


def _pattern_findings(store: Store, register: Register, name: str) -> Iterator[Finding]:
    field = register.field(name)
    for row in store.rows(register.name, f"{quoted(name)} IS NOT NULL", columns=["uid", name]):
        if row[name] != "" and not re.fullmatch(field.pattern, str(row[name])):
            shown = {"title": {"th": field.th, "en": field.en}, "value": row[name]}
            yield _finding(store, register, row["uid"], "check.field.pattern", field=name, values=shown)


def _rule_findings(store: Store, register: Register) -> Iterator[Finding]:
    for rule in register.rules:
        for row in store.rows(register.name, f"NOT ({rule.sql})", columns=["uid"]):
            said = {"message": {"th": rule.th, "en": rule.en}}
            yield _finding(store, register, row["uid"], "check.rule", severity=rule.level, field=rule.id, values=said)


def _loaded(store: Store, register: str) -> tuple[list[str], Any]:
    """Return the uids and shapes of the rows that have a shape."""
    rows = store.rows(register, "geom IS NOT NULL", columns=["uid"], geometry=True)
    return [row["uid"] for row in rows], np.array([row["geom"] for row in rows], dtype=object)


def _told(store: Store, register: Register, check: Check, uids: list[str], at: Any, **values: Any) -> list[Finding]:
    """Return one finding per row of a declared check; ``at`` holds the shapes to point at."""
    return [
        _finding(
            store,
            register,
            uid,
            "check.declared",
            severity=check.level,
            field=check.id,
            values={"message": {"th": check.th, "en": check.en}, **values},
            point=_point(shape),
        )
        for uid, shape in zip(uids, at, strict=True)
    ]


def _point(shape: Any) -> tuple[float, float] | None:
    if shape is None or shapely.is_empty(shape):
        return None
    inside = shapely.point_on_surface(shape)
    return float(inside.x), float(inside.y)


def _shape_findings(store: Store, register: Register) -> list[Finding]:
    uids, shapes = _loaded(store, register.name)
    return [
        _finding(store, register, uids[i], "check.shape", field="geom", point=_point(shapely.make_valid(shapes[i])))
        for i in quality.invalid(shapes)
    ]


def _within_boundary(store: Store, register: Register, check: Check) -> list[Finding]:
    own = [row["geom"] for row in store.rows("boundary", "kind = 'own'", geometry=True)]
    uids, shapes = _loaded(store, register.name)
    if not own or not uids:
        return []
    tolerance_m = settings.value_of("check.boundary_m", store.setting("check.boundary_m"))
    wrong = quality.outside(shapes, shapely.union_all(own), tolerance_m)
    return _told(store, register, check, [uids[i] for i in wrong], shapes[wrong])


def _no_overlap(store: Store, register: Register, check: Check) -> list[Finding]:
    uids, shapes = _loaded(store, register.name)
    tolerance_m2 = settings.value_of("check.overlap_m2", store.setting("check.overlap_m2"))
    pairs = quality.overlaps(shapes, tolerance_m2) if uids else []
    return _told(store, register, check, [uids[a] for a, _, _ in pairs], [shapes[a] for a, _, _ in pairs])


def _near(store: Store, register: Register, check: Check) -> list[Finding]:
    uids, shapes = _loaded(store, register.name)
    pairs = quality.near_pairs(shapes, check.metres) if uids else []
    return _told(store, register, check, [uids[b] for _, b in pairs], [shapes[b] for _, b in pairs])


def _with_parents(store: Store, register: Register, check: Check) -> tuple[list[str], Any, Any]:
    """Return uids, shapes and the shapes of the rows they refer to."""
    target = register.field(check.via).to
    parents = dict(zip(*_loaded(store, target), strict=True))
    rows = store.rows(register.name, "geom IS NOT NULL", columns=["uid", check.via], geometry=True)
    shapes = np.array([row["geom"] for row in rows], dtype=object)
    return [r["uid"] for r in rows], shapes, np.array([parents.get(r[check.via]) for r in rows], dtype=object)


def _inside_parent(store: Store, register: Register, check: Check) -> list[Finding]:
    uids, shapes, parents = _with_parents(store, register, check)
    tolerance_m2 = settings.value_of("check.overlap_m2", store.setting("check.overlap_m2"))
    if not uids:
        return []
    wrong = quality.not_inside(shapes, parents, tolerance_m2)
    return _told(store, register, check, [uids[i] for i in wrong], [shapes[i] for i in wrong])


def _near_line(store: Store, register: Register, check: Check) -> list[Finding]:
    uids, shapes, parents = _with_parents(store, register, check)
    if not uids:
        return []
    wrong = quality.far_from(shapes, parents, check.metres)
    return _told(store, register, check, [uids[i] for i in wrong], [shapes[i] for i in wrong])


def _no_cycle(store: Store, register: Register, check: Check) -> list[Finding]:
    rows = store.rows(register.name, columns=["uid", check.via])
    looping = quality.in_cycle({row["uid"]: row[check.via] for row in rows})
    return _told(store, register, check, looping, [None] * len(looping))


def _shares(store: Store, register: Register, check: Check) -> list[Finding]:
    via = quoted(check.via)
    where = f"{via} IS NOT NULL AND valid_to IS NULL AND role = 'owner'"
    rows = store.rows(register.name, where, columns=["uid", check.via, "share_num", "share_den"])
    shares = [(row["share_num"] or 1, row["share_den"] or 1) for row in rows]
    wrong = set(quality.unequal_shares([row[check.via] for row in rows], shares))
    first = {row[check.via]: row["uid"] for row in reversed(rows)}
    return _told(store, register, check, [first[owned] for owned in first if owned in wrong], [None] * len(wrong))


def _area_findings(store: Store, register: Register) -> list[Finding]:
    rows = store.rows("parcel", "geom IS NOT NULL", columns=["uid", "deed_area_sqwah"], computed=True, geometry=True)
    deed = np.array([row["deed_area_sqwah"] or 0 for row in rows], dtype=float)
    drawn = np.array([row["drawn_area_sqwah"] for row in rows], dtype=float)
    tolerance = settings.value_of("check.area_tolerance_pct", store.setting("check.area_tolerance_pct"))
    return [
        _finding(
            store,
            register,
            rows[i]["uid"],
            "check.area",
            severity="warning",
            field="deed_area_sqwah",
            values={"deed": f"{deed[i]:,.2f}", "drawn": f"{drawn[i]:,.2f}", "tolerance": f"{tolerance:g}"},
            point=_point(rows[i]["geom"]),
        )
        for i in quality.area_differs(deed, drawn, tolerance)
    ]


_CHECKS: dict[str, Callable[[Store, Register, Check], list[Finding]]] = {
    "within_boundary": _within_boundary,
    "no_overlap": _no_overlap,
    "near": _near,
    "no_cycle": _no_cycle,
    "shares_sum_to_one": _shares,
    "inside_parent": _inside_parent,
    "near_line": _near_line,
}
