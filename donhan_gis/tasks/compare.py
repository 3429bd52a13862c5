"""The task "compare": the biggest changes of an assessment against last year's, or against any other run."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

from donhan_gis.field import Field, Kind
from donhan_gis.i18n import text
from donhan_gis.report import Report, Table
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.changes import added_up, change_of, change_table, sums_agree
from donhan_gis.tasks.freezing import YEAR
from donhan_gis.tasks.runs import ASSESS, Run, run_wanted
from donhan_gis.tasks.saving import OUT, write_report
from donhan_gis.thai import format_baht

# The parcel that a line stands on: its own, that of its building, or that of its condominium.
_LINES = """
SELECT a.taxpayer_key, a.taxpayer_name, coalesce(l.parcel_uid, b.parcel_uid, c.parcel_uid) AS parcel_uid,
  p.village_uid, l.rate_row, l.tax_satang
FROM assessment_line l JOIN assessment a ON a.uid = l.assessment_uid
LEFT JOIN building b ON b.uid = l.building_uid LEFT JOIN condo_unit c ON c.uid = l.condo_unit_uid
LEFT JOIN parcel p ON p.uid = coalesce(l.parcel_uid, b.parcel_uid, c.parcel_uid)
WHERE l.run_uid = ?
"""
CLASS = Field("rate_row", Kind.CHOICE, "บัญชีอัตราภาษี", "Rate row", choices="rate_row")
VILLAGE = Field("village", Kind.TEXT, "หมู่บ้าน", "Village")
PARCEL = Field("parcel", Kind.TEXT, "แปลงที่ดิน", "Parcel")


@task(
    "tax.compare",
    th="เทียบภาษีกับปีก่อน",
    en="Compare the tax with another year",
    parameters=(
        YEAR,
        Field("with_year_be", Kind.INT, "เทียบกับปีภาษี (เว้นว่าง = ปีก่อน)", "With tax year (empty: the year before)",
              minimum=2563, maximum=2700),
        Field("with_run", Kind.TEXT, "เทียบกับการประมวลผล (รหัส)", "With another run (its uid)"),
        Field("most", Kind.INT, "แสดงกี่รายการที่เปลี่ยนมากที่สุด", "How many of the biggest changes", default=50, minimum=1),
        OUT,
    ),
    group="tax",
    help_th="แสดงผู้เสียภาษี แปลง ประเภท และหมู่บ้านที่ภาษีเปลี่ยนมากที่สุด: ใหม่ หายไป เพิ่ม ลด พร้อมตรวจยอดรวม",
    help_en="Shows whose tax changed most, by taxpayer, parcel, class and village; sums are checked.",
)  # fmt: skip
def compare(
    context: Context, *, year_be: int, with_year_be: int | None, with_run: str | None, most: int, out: str | None
) -> Report:
    """Compare the run that counts for a year with that of another year, or with a run of one's choice."""
    with open_store(context.project, user=context.user) as store:
        new = run_wanted(store, ASSESS, year_be)
        other = with_year_be or year_be - 1
        old = store.get("run", with_run) if with_run else run_wanted(store, ASSESS, other, field="with_year_be")
        report = _report(store, old, new, most)
    files = write_report(report, Path(out), context.language) if out else []
    return dataclasses.replace(report, files=tuple(files))


def _report(store: Store, old: Run, new: Run, most: int) -> Report:
    before, after = (store.query(_LINES, [run["uid"]]) for run in (old, new))
    names = {row["taxpayer_key"]: row["taxpayer_name"] for row in [*before, *after]}
    parcels = store.titles_of("parcel", {row["parcel_uid"] for row in [*before, *after] if row["parcel_uid"]})
    villages = store.titles_of("village", {row["village_uid"] for row in [*before, *after] if row["village_uid"]})
    taxpayer = Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal")

    def table(name: str, th: str, en: str, key: Field, column: str, **shown: Any) -> Table:
        return change_table(name, th, en, key, added_up(before, column), added_up(after, column), **shown)

    tables = (
        table("by_taxpayer", "รายผู้เสียภาษี", "By taxpayer", taxpayer, "taxpayer_key", labels=names, most=most),
        table("by_parcel", "รายแปลง", "By parcel", PARCEL, "parcel_uid", labels=parcels, most=most),
        table("by_class", "รายประเภท", "By class", CLASS, "rate_row"),
        table("by_village", "รายหมู่บ้าน", "By village", VILLAGE, "village_uid", labels=villages),
    )
    was, now = added_up(before, "taxpayer_key"), added_up(after, "taxpayer_key")
    counted = Counter(change_of(was.get(key, 0), now.get(key, 0)) for key in {**was, **now})
    facts = {"before_satang": sum(was.values()), "after_satang": sum(now.values()), "sums_agree": sums_agree(tables)}
    return Report(
        text("compare.title", "th", new=new["tax_year_be"], old=old["tax_year_be"]),
        text("compare.title", "en", new=new["tax_year_be"], old=old["tax_year_be"]),
        tables=tables,
        notes_th=_notes(store, facts, counted, "th"),
        notes_en=_notes(store, facts, counted, "en"),
        provenance=(
            ("ผลเดิม", "Before", f"{old['tax_year_be']} {old['started_at']} {old['state']}"),
            ("ผลใหม่", "After", f"{new['tax_year_be']} {new['started_at']} {new['state']}"),
        ),
        choices=store.registers.choices,
        facts=facts | {"changes": dict(counted)},
    )


def _notes(store: Store, facts: dict[str, Any], counted: Counter[str], language: Any) -> tuple[str, ...]:
    words = {choice.code: choice.title(language) for choice in store.registers.choices["tax_change"]}
    sums = {name: format_baht(facts[f"{name}_satang"]) for name in ("before", "after")}
    difference = format_baht(facts["after_satang"] - facts["before_satang"])
    kinds = ", ".join(f"{words[code]} {counted[code]:,}" for code in words if counted[code])
    agree = text("compare.agree" if facts["sums_agree"] else "compare.disagree", language)
    return text("compare.sum", language, difference=difference, **sums), kinds, agree
