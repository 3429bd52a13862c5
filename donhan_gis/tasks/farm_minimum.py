"""The task that looks up how many plants or animals make land agricultural."""

from __future__ import annotations

from donhan_gis import law as law_module
from donhan_gis.field import Field, Kind
from donhan_gis.report import Report, Table
from donhan_gis.task import Context, task
from donhan_gis.tax.farm_minimum import animals, plants
from donhan_gis.tax.trace import percent_text

_SOURCE = (
    Field("note", Kind.TEXT, "หมายเหตุ", "Note"),
    Field("unsure", Kind.LONGTEXT, "ข้อที่ควรยืนยัน", "To be confirmed"),
    Field("source", Kind.LONGTEXT, "ที่มา", "Source"),
)


@task(
    "tax.farm_minimum",
    th="เกณฑ์ขั้นต่ำของเกษตรกรรม",
    en="Minimum of plants and animals for agriculture",
    parameters=(
        Field("year_be", Kind.INT, "ปีภาษี พ.ศ.", "Tax year B.E.", required=True, minimum=2563, maximum=2700),
        Field("name", Kind.TEXT, "ชื่อพืชหรือสัตว์ (เว้นว่างเพื่อดูทั้งหมด)", "Plant or animal (empty: all)"),
        Field("area_sqwah", Kind.DECIMAL, "เนื้อที่ (ตร.ว.)", "Area (sq. wah)", unit="ตร.ว.", default=400, minimum=0),
    ),
    group="tax",
    project=False,
    help_th="แสดงจำนวนต้นขั้นต่ำต่อไร่และของเนื้อที่ที่ระบุ กับพื้นที่ต่อสัตว์หนึ่งตัว ตามประกาศที่ใช้ในปีภาษีนั้น",
    help_en="Lists the least plants per rai and on an area, and the room for each animal, by that year's notification.",
)
def look_up(context: Context, *, year_be: int, name: str | None, area_sqwah: float | None) -> Report:
    """List the plants and animals of the notification that hold in a year."""
    context.say(0.0, "progress.computing")
    law = law_module.at(year_be)
    share = percent_text(law.percent("land_building.farm.adjoining_share"))
    area = 0 if area_sqwah is None else area_sqwah
    return Report(
        f"เกณฑ์ขั้นต่ำของการประกอบเกษตรกรรม ปีภาษี {year_be}",
        f"Minimum of agriculture, tax year {year_be}",
        tables=(_plants(year_be, name or "", area), _animals(year_be, name or "")),
        notes_th=(
            "ข้าวและพืชไร่ไม่มีจำนวนขั้นต่ำ พืชที่ไม่มีในบัญชีให้เทียบกับพืชที่ใกล้เคียง มิฉะนั้นใช้ตามประเพณีท้องถิ่น",
            f"พื้นที่ต่อเนื่องนับได้ไม่เกินร้อยละ {share} ของพื้นที่ที่ทำเกษตรกรรมจริง เว้นแต่การเพาะเลี้ยงสัตว์น้ำ",
        ),
        notes_en=(
            "Rice and field crops have no minimum; a plant not listed goes by the nearest one, else by local practice.",
            f"Adjoining land counts up to {share} percent of the area really farmed, except for aquaculture.",
        ),
        provenance=(("ปีภาษี", "Tax year", str(year_be)),),
    )


def _plants(year_be: int, name: str, area_sqwah: float) -> Table:
    columns = (
        Field("th", Kind.TEXT, "พืช", "Plant (Thai)"),
        Field("en", Kind.TEXT, "ชื่ออังกฤษ", "Plant"),
        Field("per_rai", Kind.INT, "ต้นต่อไร่", "Plants per rai"),
        Field("least", Kind.INT, "ต้นขั้นต่ำของเนื้อที่นี้", "Least on this area"),
        *_SOURCE,
    )
    rows = [
        [plant.th, plant.en, plant.per_rai, plant.least(area_sqwah), plant.note, plant.unsure, plant.source]
        for plant in plants(year_be).values()
        if name.lower() in f"{plant.th} {plant.en}".lower()
    ]
    return Table("plants", "พืช", "Plants", columns, rows)


def _animals(year_be: int, name: str) -> Table:
    columns = (
        Field("th", Kind.TEXT, "สัตว์", "Animal (Thai)"),
        Field("en", Kind.TEXT, "ชื่ออังกฤษ", "Animal"),
        Field("pen_m2", Kind.DECIMAL, "คอกต่อตัว", "Pen for each", unit="ตร.ม.", decimals=2),
        Field("rai", Kind.DECIMAL, "เนื้อที่ต่อตัว", "Land for each", unit="ไร่", decimals=2),
        *_SOURCE,
    )
    rows = [
        [animal.th, animal.en, *(None if room is None else float(room) for room in (animal.pen_m2, animal.rai)),
         animal.note, animal.unsure, animal.source]
        for animal in animals(year_be).values()
        if name.lower() in f"{animal.th} {animal.en}".lower()
    ]  # fmt: skip
    return Table("animals", "สัตว์", "Animals", columns, rows)
