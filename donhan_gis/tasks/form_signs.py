"""The papers of the signboard tax: declaration ภ.ป.1 and assessment notice ภ.ป.3."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from donhan_gis import thai
from donhan_gis.tasks.form_letters import Desk, Paper, Row, baht_text, day_text, words_text


def sign_declarations(desk: Desk) -> list[Paper]:
    """Return the papers ภ.ป.1: the signboards of each owner that stand in the year."""
    year = f"{desk.chosen.year_be - thai.BE_MINUS_CE}"
    condition = "owner_uid IS NOT NULL AND (removed_on IS NULL OR removed_on >= ?)"
    signs = desk.store.rows("signboard", condition, [f"{year}-01-01"], order="owner_uid, sign_kind, code")
    papers: list[Paper] = []
    for owner, group in groupby(signs, key=lambda row: row["owner_uid"]):
        person = desk.person(owner)
        if desk.is_named(person["name"]):
            papers.append((person | {"year": str(desk.chosen.year_be)}, [_sign(desk, row) for row in group]))
    return papers


def _sign(desk: Desk, row: Row) -> dict[str, str]:
    parcel = desk.store.title_of("parcel", row["parcel_uid"]) if row["parcel_uid"] else ""
    width, height = row["width_cm"] or 0, row["height_cm"] or 0
    return {
        "kind": str(row["sign_kind"]),
        "width": f"{min(width, height):,.0f}",
        "length": f"{max(width, height):,.0f}",
        "area": f"{width * height:,.0f}",
        "sides": str(row["sides_n"] or 1),
        "text": row["text"] or "",
        "place": f"{parcel} {day_text(row['installed_on'])}".strip(),
        "note": "เคลื่อนที่/เปลี่ยนภาพได้" if row["moving"] else "",
    }


def sign_notices(desk: Desk) -> list[Paper]:
    """Return the papers ภ.ป.3: the newest assessments of each owner's signboards."""
    rows = desk.store.rows("sign_assessment", "tax_year_be = ?", [desk.chosen.year_be], order="taxpayer_uid, fid")
    newest = rows[-1]["run_uid"] if rows else None
    if rows and newest is not None:
        newest = max(rows, key=lambda row: row["fid"])["run_uid"]
        rows = [row for row in rows if row["run_uid"] == newest]
    papers: list[Paper] = []
    for number, (owner, group) in enumerate(groupby(rows, key=lambda row: row["taxpayer_uid"]), start=1):
        own = list(group)
        if desk.is_named(own[0]["taxpayer_name"] or ""):
            papers.append((_sign_notice(desk, owner, own, number), [_sign_line(desk, row) for row in own]))
    return papers


def _sign_notice(desk: Desk, owner: str, rows: Sequence[Row], number: int) -> dict[str, str]:
    tax, extra = (sum(row[name] or 0 for row in rows) for name in ("tax_satang", "extra_satang"))
    return {
        "number": f"ป {number:04d}/{desk.chosen.year_be}",
        "name": rows[0]["taxpayer_name"] or "",
        "address": desk.address([owner]),
        "year": str(desk.chosen.year_be),
        "filed_on": day_text(rows[0]["filed_on"]),
        "tax": baht_text(tax),
        "extra": baht_text(extra),
        "total": baht_text(tax + extra),
        "total_words": words_text(tax + extra),
    }


def _sign_line(desk: Desk, row: Row) -> dict[str, str]:
    sign = desk.store.get("signboard", row["signboard_uid"])
    return {
        "text": f"{sign['code']} {sign['text'] or ''}".strip(),
        "kind": str(sign["sign_kind"]),
        "area": f"{row['area_cm2'] or 0:,.0f}",
        "rate": baht_text(row["rate_satang"]),
        "quarter": f"{row['quarter_pct'] or 0:g}",
        "tax": baht_text(row["tax_satang"]),
        "extra": baht_text(row["extra_satang"]),
    }
