"""Findings and quarantine written to the project, so that a list of open ones stays true from check to check."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import shapely

from donhan_gis.field import Field, Kind
from donhan_gis.finding import Finding
from donhan_gis.i18n import Language
from donhan_gis.register import Registers
from donhan_gis.report import Table
from donhan_gis.store import Store


def keep_findings(store: Store, findings: Iterable[Finding], *, codes: Sequence[str] = ()) -> int:
    """Write findings that are not open yet; open ones with one of ``codes`` that were not found again become done.

    Returns how many findings are new. A finding that an officer set aside (ignored) stays so.
    """
    known = {_key(row): row for row in store.rows("finding", "state != 'done'")}
    found = {_key(_row(finding)): _row(finding) for finding in findings}
    with store.transaction():
        fresh = [row for key, row in found.items() if key not in known]
        store.insert("finding", fresh)
        for key, row in known.items():
            if row["code"].startswith(tuple(codes)) and codes and key not in found and row["state"] == "open":
                store.update("finding", row["uid"], {"state": "done"}, rev=row["rev"])
    return len(fresh)


_SAME = ("code", "register", "row_uid", "row_label", "field", "source", "source_row")


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) or "" for name in _SAME)


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "register": finding.register,
        "row_uid": finding.row_uid,
        "row_label": finding.row_label,
        "field": finding.field,
        "message_th": finding.message("th"),
        "message_en": finding.message("en"),
        "remedy_th": finding.remedy("th"),
        "remedy_en": finding.remedy("en"),
        "source": finding.source,
        "source_row": finding.source_row,
        "geom": shapely.Point(finding.point) if finding.point else None,
    }


def keep_quarantine(store: Store, register: str, rejected: Iterable[Any]) -> int:
    """Put rejected rows aside with all they held; returns how many."""
    rows = [
        {
            "register": register,
            "source": one.source,
            "source_row": one.source_row,
            "reason_code": one.reason_code,
            "payload": json.dumps(one.payload, ensure_ascii=False, default=str),
            "geom": one.geometry,
        }
        for one in rejected
    ]
    store.insert("quarantine", rows)
    return len(rows)


def findings_table(findings: Sequence[Finding], registers: Registers, language: Language = "th") -> Table:
    """Return the findings as a table of a report, told in one language."""
    columns = (
        Field("severity", Kind.CHOICE, "ระดับ", "Severity", choices="severity"),
        Field("register", Kind.TEXT, "ทะเบียน", "Register"),
        Field("row_label", Kind.TEXT, "รายการ", "Row"),
        Field("field", Kind.TEXT, "ช่องข้อมูล", "Field"),
        Field("message", Kind.TEXT, "ข้อที่พบ", "Finding"),
        Field("remedy", Kind.TEXT, "สิ่งที่ต้องทำ", "What to do"),
        Field("source", Kind.TEXT, "แฟ้ม", "File"),
        Field("source_row", Kind.INT, "แถว", "Row in file"),
    )
    rows = [
        [
            finding.severity,
            registers[finding.register].heading(language) if finding.register in registers else "",
            finding.row_label,
            _field_title(finding, registers, language),
            finding.message(language),
            finding.remedy(language),
            finding.source,
            finding.source_row,
        ]
        for finding in findings
    ]
    return Table("findings", "ข้อที่ต้องแก้", "Findings", columns, rows)


def _field_title(finding: Finding, registers: Registers, language: Language) -> str:
    """Return the title of the field at fault; nothing where a rule or a shape is, which the message names."""
    try:
        return registers[finding.register].field(finding.field).title(language)
    except KeyError:
        return ""
