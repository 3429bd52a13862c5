"""The task "what if": the tax of the whole municipality under other rates, exemptions or prices, beside the law's.

Both sides come from today's data and the same engine; the kept assessment is not touched.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from donhan_gis import law as law_module
from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind
from donhan_gis.i18n import LANGUAGES, text
from donhan_gis.law import PERCENT, Law, Value
from donhan_gis.register import load_registers
from donhan_gis.report import Report
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.changes import added_up, change_of, change_table, sums_agree
from donhan_gis.tasks.compare import CLASS, PARCEL, VILLAGE
from donhan_gis.tasks.freezing import YEAR
from donhan_gis.tasks.runs import drop_trials, start_run
from donhan_gis.tasks.saving import OUT, write_report
from donhan_gis.tasks.tax_columns import TaxRoll, read_roll
from donhan_gis.tax.assessment import Assessment
from donhan_gis.tax.columns import CLASSES, NONE, ROWS
from donhan_gis.tax.columns import PARCEL as LAND
from donhan_gis.tax.exact import Mask
from donhan_gis.tax.land_building import assess
from donhan_gis.tax.rules import AREA, rules_of
from donhan_gis.thai import format_baht

TASK = "tax.what_if"
RESULTS = ("what_if_line",)
_CHOICES = {name: load_registers().choices[name] for name in ("rate_row", "use_class")}
_EXEMPT = {
    "exempt_farm_satang": ("exempt.agriculture_natural",),
    "exempt_home_satang": ("exempt.main_home_land_building",),
    "exempt_house_satang": ("exempt.main_home_building_only",),
}


@task(
    TASK,
    th="จำลองรายได้ภาษีทั้งตำบล",
    en="What if: the tax of the whole municipality",
    parameters=(
        YEAR,
        Field("by_law", Kind.FILE, "แฟ้มร่างข้อบัญญัติ", "Draft by-law file"),
        Field("rate_row", Kind.CHOICE, "บัญชีอัตราที่เปลี่ยน (เว้นว่าง = ทุกบัญชี)", "Rate row to change (empty: all)",
              choices="rate_row"),
        Field("rate_points", Kind.DECIMAL, "เพิ่มอัตราภาษี (จุดร้อยละ ลดใส่ค่าลบ)", "Add to the rates (percentage points)",
              decimals=4, minimum=-2, maximum=3),
        Field("exempt_farm_satang", Kind.MONEY, "ยกเว้นเกษตรกรรมของบุคคลธรรมดา", "Exemption of farms", unit="บาท",
              minimum=0),
        Field("exempt_home_satang", Kind.MONEY, "ยกเว้นบ้านหลังหลักพร้อมที่ดิน", "Exemption of main homes", unit="บาท",
              minimum=0),
        Field("exempt_house_satang", Kind.MONEY, "ยกเว้นบ้านหลังหลักเฉพาะตัวบ้าน", "Exemption of main homes, building only",
              unit="บาท", minimum=0),
        Field("price_factor_pct", Kind.INT, "ราคาที่ดินเป็นร้อยละของราคาปัจจุบัน", "Land prices in percent of today's",
              unit="%", minimum=0, maximum=1000, default=100),
        Field("price_moo", Kind.INT, "เฉพาะหมู่ที่", "Prices of this village (moo) only", minimum=1, maximum=99),
        Field("price_class", Kind.CHOICE, "เฉพาะที่ดินที่ใช้เป็น", "Prices of land of this use only", choices="use_class"),
        Field("most", Kind.INT, "แสดงกี่แปลงที่เปลี่ยนมากที่สุด", "How many of the biggest changes", default=50, minimum=1),
        OUT,
    ),
    choices=_CHOICES,
    group="tax",
    help_th="คำนวณภาษีทั้งตำบลตามร่างข้อบัญญัติ อัตรา การยกเว้น หรือราคาที่สมมติ และแสดงผลต่างรายแปลงบนแผนที่",
    help_en="Computes the tax under supposed rates, exemptions or prices; differences go on the map.",
)  # fmt: skip
def what_if(
    context: Context, *, year_be: int, by_law: str | None, price_factor_pct: int, price_moo: int | None,
    price_class: str | None, most: int, out: str | None, **supposed: Any,
) -> Report:  # fmt: skip
    """Compute the municipality as the law stands and as supposed; keep both by parcel for the map."""
    today = law_module.load().at(year_be)
    other = law_module.load(Path(by_law)).at(year_be) if by_law else today
    other = supposed_law(other, **supposed)
    with open_store(context.project, user=context.user) as store:
        roll = read_roll(store, today, rules_of(today))
        context.say(0.3, "progress.computing")
        before = assess(roll.town, rules_of(today))
        touched = _touched(store, roll, price_moo, price_class)
        changed = _priced(roll, touched, price_factor_pct)
        after = assess(changed.town, rules_of(other))
        context.say(0.6, "progress.writing")
        parameters = {"by_law": by_law, "price_factor_pct": price_factor_pct, "price_moo": price_moo}
        parameters |= {"price_class": price_class, **supposed}
        lines = [_taxed(roll, before), _taxed(roll, after)]
        report = _report(store, lines, year_be, most, {k: v for k, v in parameters.items() if v is not None})
        _keep(store, other, lines, parameters, report.facts["summary"])
    files = write_report(report, Path(out), context.language) if out else []
    return dataclasses.replace(report, files=tuple(files))


def supposed_law(
    law: Law, *, rate_row: str | None = None, rate_points: float | None = None, **exempt: int | None
) -> Law:
    """Return the law with rates raised by percentage points and exemptions (satang) set; a rate stays at 0 or above."""
    values: dict[str, Value] = dict(law.values)

    def put(key: str, value: Any) -> None:
        values[key] = dataclasses.replace(values[key], value=value, file=text("what_if.file"))

    if rate_points:
        points = Fraction(str(rate_points)) / PERCENT
        for row in [rate_row] if rate_row else ROWS:
            slices = law.brackets(f"{AREA}rate.{row}")
            put(f"{AREA}rate.{row}", tuple((top, max(rate + points, Fraction(0))) for top, rate in slices))
    for name, amount in exempt.items():
        for key in _EXEMPT[name]:
            if amount is not None:
                put(AREA + key, amount)
    return dataclasses.replace(law, values=values)


def _touched(store: Store, roll: TaxRoll, moo: int | None, use: str | None) -> Mask:
    """Return which objects are land whose price is supposed to change."""
    town = roll.town
    touched = np.asarray(town.objects.kind == LAND)
    if moo is not None:
        villages = {row["uid"] for row in store.rows("village", "moo = ?", [moo])}
        if not villages:
            raise InvalidInput("what_if.no_village", field="price_moo", moo=moo)
        touched &= np.array([row.get("village_uid") in villages for row in roll.rows], np.bool_)
    if use is not None:
        used = np.zeros(len(town.objects), np.bool_)
        used[town.uses.object[town.uses.use_class == CLASSES.index(use)]] = True
        touched &= used
    return touched


def _priced(roll: TaxRoll, touched: Mask, factor_pct: int) -> TaxRoll:
    """Return the roll with the land values of some objects at a percentage, exact to 1/10,000 satang."""
    value = roll.town.objects.value
    scaled = value // PERCENT * factor_pct + value % PERCENT * factor_pct // PERCENT
    new = np.where(touched & (value > NONE), scaled, value)
    objects = dataclasses.replace(roll.town.objects, value=new)
    return dataclasses.replace(roll, town=dataclasses.replace(roll.town, objects=objects))


def _taxed(roll: TaxRoll, result: Assessment) -> list[dict[str, Any]]:
    """Return tax, rate row and parcel of each line."""
    columns = (result.parts.split.object, result.parts.split.row, result.lines.tax)
    lines = zip(*(column.tolist() for column in columns), strict=True)
    return [
        {"parcel_uid": _parcel_of(roll, number), "rate_row": ROWS[row], "tax_satang": tax} for number, row, tax in lines
    ]


def _parcel_of(roll: TaxRoll, number: int) -> str | None:
    row = roll.rows[number]
    return str(row["uid"]) if roll.kinds[number] == "parcel" else row["parcel_uid"]


def _report(
    store: Store, lines: list[list[dict[str, Any]]], year_be: int, most: int, given: Mapping[str, Any]
) -> Report:
    village_of = {row["uid"]: row["village_uid"] for row in store.rows("parcel", columns=["uid", "village_uid"])}
    for side in lines:
        for line in side:
            line["village_uid"] = village_of.get(line["parcel_uid"])
    before, after = lines
    places = {line["village_uid"] for side in lines for line in side} - {None}
    tables = tuple(
        change_table(name, th, en, key, added_up(before, column), added_up(after, column), **shown)
        for name, th, en, key, column, shown in (
            ("by_class", "รายได้รายประเภท", "Revenue by class", CLASS, "rate_row", {}),
            ("by_village", "รายได้รายหมู่บ้าน", "Revenue by village", VILLAGE, "village_uid",
             {"labels": store.titles_of("village", places)}),
            ("by_parcel", "แปลงที่เปลี่ยนมากที่สุด", "Parcels that change most", PARCEL, "parcel_uid",
             {"labels": store.titles_of("parcel", village_of), "most": most}),
        )
    )  # fmt: skip
    was, now = (sum(line["tax_satang"] for line in side) for side in lines)
    sums = {"before": format_baht(was), "after": format_baht(now), "difference": format_baht(now - was)}
    summed = {language: text("compare.sum", language, **sums) for language in LANGUAGES}
    said = ", ".join(f"{name} = {value}" for name, value in given.items())
    return Report(
        text("what_if.title", "th", year=year_be),
        text("what_if.title", "en", year=year_be),
        tables=tables,
        notes_th=(summed["th"], text("what_if.map", "th")),
        notes_en=(summed["en"], text("what_if.map", "en")),
        provenance=(("สมมติว่า", "Supposed", said),),
        choices=store.registers.choices,
        facts={"before_satang": was, "after_satang": now, "difference_satang": now - was,
               "sums_agree": sums_agree(tables), "summary": summed["th"]},
    )  # fmt: skip


def _keep(
    store: Store, law: Law, lines: list[list[dict[str, Any]]], parameters: Mapping[str, Any], summary: str
) -> None:
    """Keep the tax of each parcel before and after, with its shape, in place of the last what-if of the year."""
    before, after = (added_up(side, "parcel_uid") for side in lines)
    parcels = store.rows("parcel", columns=["uid", "village_uid"], geometry=True)
    with store.transaction():
        drop_trials(store, TASK, law.year_be, results=RESULTS)
        run = start_run(store, TASK, year_be=law.year_be, parameters=parameters, law_hash=law.hash, summary=summary)
        rows = []
        for parcel in parcels:
            was, now = before.get(parcel["uid"], 0), after.get(parcel["uid"], 0)
            if parcel["uid"] in before or parcel["uid"] in after:
                money = {"before_satang": was, "after_satang": now, "difference_satang": now - was}
                place = {"parcel_uid": parcel["uid"], "village_uid": parcel["village_uid"], "geom": parcel["geom"]}
                # A bill spread anew over its lines may move a satang between them: that is no change to show.
                change = change_of(was, now) if abs(now - was) > 1 else "same"
                rows.append({"run_uid": run, "change": change, **money, **place})
        store.insert("what_if_line", rows)
    store.update_extents()
