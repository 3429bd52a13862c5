"""The task "crop water demand": plans of a crop year to m³ per parcel, summed by crop, gate and village."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from donhan_gis import settings
from donhan_gis.exchange.workbook import write_workbook
from donhan_gis.field import Field, Kind
from donhan_gis.finding import Finding
from donhan_gis.paths import CLIMATE, CROPS
from donhan_gis.register import load_registers
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.findings import keep_findings
from donhan_gis.tasks.runs import drop_trials, start_run
from donhan_gis.tasks.taxation import LATEST_BE
from donhan_gis.thai import BE_MINUS_CE
from donhan_gis.water.demand import Demand, Options, million_m3, seasonal_demand
from donhan_gis.water.plans import CropPlans
from donhan_gis.water.season import Method
from donhan_gis.water.tables import load_climate, load_crops
from donhan_gis.water.weeks import planting_days

TASK = "water.demand"
METHODS = load_registers().choices["water_method"]
_VOLUMES = ("crop_need_m3", "field_need_m3", "gate_need_m3")
_PARTS = ("rain_m3", "percolation_m3", "land_prep_m3")


@task(
    TASK,
    th="คำนวณความต้องการน้ำของพืช",
    en="Crop water demand",
    parameters=(
        Field(
            "year_be",
            Kind.INT,
            "ปีเพาะปลูก พ.ศ. (1 พ.ย. ปีก่อน – 31 ต.ค.)",
            "Crop year B.E. (1 November before to 31 October)",
            default=LATEST_BE,
            minimum=2500,
            maximum=2700,
        ),
        Field("method", Kind.CHOICE, "วิธีคำนวณ", "Method", choices="water_method", default="rid_weekly"),
        Field("station", Kind.TEXT, "สถานีตรวจอากาศ", "Climate station", default="ขอนแก่น"),
        Field("efficiency_pct", Kind.DECIMAL, "ประสิทธิภาพชลประทาน", "Efficiency", unit="%", minimum=1, maximum=100),
        Field("rain_factor", Kind.DECIMAL, "สัดส่วนฝนใช้การ (ปีแล้งน้อยกว่า 1)", "Rain factor", default=1, minimum=0),
        Field("out", Kind.FILE, "แฟ้มตารางน้ำ (.xlsx)", "Workbook to write (.xlsx)", writes=".xlsx"),
    ),
    choices={"water_method": METHODS},
    group="water",
    help_th="คำนวณน้ำที่พืชใช้ น้ำที่ต้องให้ที่แปลง และน้ำที่ต้องปล่อยที่ประตูน้ำ (ลบ.ม.) ของทุกแผนเพาะปลูกในปี",
    help_en="Works out crop need, field need and gate need (m³) of every crop plan of the year.",
)
def compute_demand(
    context: Context,
    *,
    year_be: int,
    method: str,
    station: str,
    efficiency_pct: float | None,
    rain_factor: float,
    out: str | None,
) -> Report:
    """Compute the year's demand, keep it in the project and report it."""
    with open_store(context.project, user=context.user) as store:
        stored = store.setting("water.efficiency_pct")
        efficiency = efficiency_pct or settings.value_of("water.efficiency_pct", stored)
        first_day = np.datetime64(f"{year_be - BE_MINUS_CE - 1}-11-01", "D")
        options = Options(Method(method), efficiency, rain_factor=rain_factor, crop_year=first_day)
        plans = store.rows("crop_plan")
        context.say(0.2, "progress.computing")
        climate = load_climate(station)
        demand = seasonal_demand(_columns(plans), climate, crops=load_crops(), options=options)
        context.say(0.5, "progress.writing")
        report = _report(store, plans, demand, year_be)
        parameters = {"method": method, "station": station, "efficiency_pct": efficiency, "rain_factor": rain_factor}
        _keep(store, plans, demand, year_be=year_be, parameters=parameters)
    if out:
        write_workbook(report, Path(out))
    return report if not out else _with_file(report, Path(out))


def _with_file(report: Report, file: Path) -> Report:
    return Report(
        report.th, report.en, report.tables, report.notes_th, report.notes_en, report.provenance, (file,),
        report.choices, report.facts,
    )  # fmt: skip


def _columns(plans: Sequence[dict[str, Any]]) -> CropPlans:
    return CropPlans(
        crop=[plan["crop"] or "" for plan in plans],
        area_rai=np.array(
            [plan["area_rai"] if plan["area_rai"] is not None else np.nan for plan in plans], dtype=float
        ),
        planted_on=planting_days([plan["planted_on"] or "" for plan in plans]),
    )


def tables_hash() -> str:
    """Return the hash of every crop and climate table shipped, kept with each run."""
    digest = hashlib.sha256()
    for file in sorted([*CROPS.iterdir(), *CLIMATE.iterdir()]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _keep(
    store: Store, plans: Sequence[dict[str, Any]], demand: Demand, *, year_be: int, parameters: dict[str, Any]
) -> None:
    """Write the run with one row per plan counted, and findings for those not counted."""
    records = [json.dumps(demand.record(g), ensure_ascii=False) for g in range(len(demand.groups.crop))]
    with store.transaction():
        drop_trials(store, TASK, year_be, results=("water_demand",))
        run_uid = start_run(store, TASK, year_be=year_be, parameters=parameters, law_hash=tables_hash())
        rows = []
        for i, plan in enumerate(plans):
            if demand.group[i] < 0:
                continue
            volumes = {name: round(float(getattr(demand, name)[i]), 3) for name in (*_VOLUMES, *_PARTS)}
            rows.append(
                {
                    "run_uid": run_uid,
                    "crop_plan_uid": plan["uid"],
                    "efficiency_pct": demand.options.efficiency_pct,
                    "method": demand.options.method.value,
                    "record": records[demand.group[i]],
                    **{name: plan[name] for name in ("parcel_uid", "gate_uid", "crop", "area_rai")},
                    **volumes,
                }
            )
        store.insert("water_demand", rows)
        keep_findings(store, _findings(store, plans, demand), codes=("water.",))


def _findings(store: Store, plans: Sequence[dict[str, Any]], demand: Demand) -> list[Finding]:
    return [
        Finding(
            problem.code,
            # A plan of another year is usually no fault, but it may be a Buddhist year typed as a Christian one.
            "info" if problem.code == "water.outside_crop_year" else "error",
            register="crop_plan",
            row_uid=plans[problem.row]["uid"],
            row_label=store.title_of("crop_plan", plans[problem.row]["uid"]),
            field=problem.field,
            values={"value": problem.value},
        )
        for problem in demand.problems
    ]


def _report(store: Store, plans: Sequence[dict[str, Any]], demand: Demand, year_be: int) -> Report:
    counted = np.flatnonzero(demand.group >= 0)
    gate_m3 = float(demand.gate_need_m3.sum())
    villages = {row["uid"]: row["village_uid"] for row in store.rows("parcel", columns=["uid", "village_uid"])}
    keys = {
        "crop": [plan["crop"] for plan in plans],
        "gate": [plan["gate_uid"] or "" for plan in plans],
        "village": [villages.get(plan["parcel_uid"]) or "" for plan in plans],
    }
    gates, places = dict(store.titles("water_gate", limit=10_000)), dict(store.titles("village", limit=10_000))
    crop = Field("crop", Kind.CHOICE, "ชนิดพืช", "Crop", choices="crop")
    gate = Field("gate", Kind.TEXT, "ประตูน้ำ", "Gate")
    village = Field("village", Kind.TEXT, "หมู่บ้าน", "Village")
    others = {"": "ไม่ได้กำหนด"}
    return Report(
        f"ความต้องการน้ำของพืช ปีเพาะปลูก {year_be}",
        f"Crop water demand, crop year {year_be}",
        tables=(
            _sums("by_crop", "แยกตามชนิดพืช", "By crop", crop, keys["crop"], {}, demand, counted),
            _sums("by_gate", "แยกตามประตูน้ำ", "By gate", gate, keys["gate"], gates | others, demand, counted),
            _sums(
                "by_village", "แยกตามหมู่บ้าน", "By village", village, keys["village"], places | others, demand, counted
            ),
            _by_parcel(store, plans, demand, counted),
        ),
        notes_th=(
            f"น้ำที่ต้องปล่อยที่ประตูน้ำทั้งปี {gate_m3:,.0f} ลบ.ม. ({million_m3(gate_m3):,.3f} ล้าน ลบ.ม.)",
            f"นับ {len(counted):,} แผน จาก {len(plans):,} แผน"
            + ("" if len(counted) == len(plans) else " แผนที่เหลืออยู่นอกปีเพาะปลูกหรือมีข้อที่ต้องแก้"),
            "น้ำที่พืชใช้ (ETc) · ที่แปลง = รวมรั่วซึมและเตรียมแปลง หักฝนใช้การ คิดทีละแปลง ไม่ติดลบ · ที่ประตูน้ำ = รวมการสูญเสีย",
        ),
        notes_en=(
            f"Gate need of the year {gate_m3:,.0f} m³ ({million_m3(gate_m3):,.3f} million m³)",
            f"{len(counted):,} of {len(plans):,} plans counted"
            + ("" if len(counted) == len(plans) else "; the rest lie outside the crop year or have findings"),
            "Crop need is ETc; field need adds percolation and land preparation and takes off effective rain, "
            "per parcel, never below zero; gate need adds losses",
        ),
        provenance=_provenance(demand),
        choices=store.registers.choices,
        facts={"plans": len(plans), "counted": len(counted), "gate_need_m3": round(gate_m3, 3)},
    )


def _provenance(demand: Demand) -> tuple[tuple[str, str, str], ...]:
    options, climate = demand.options, demand.climate
    method = next(choice for choice in METHODS if choice.code == options.method.value)
    return (
        ("วิธีคำนวณ", "Method", f"{method.th} / {method.en}"),
        ("สถานีตรวจอากาศ", "Climate station", climate.station),
        ("ฝนใช้การ", "Effective rain", f"{climate.province} × {options.rain_factor:g}"),
        ("ประสิทธิภาพชลประทาน", "Efficiency", f"{options.efficiency_pct:g} %"),
        ("แหล่งข้อมูล", "Source", climate.source),
    )


def _volume_fields() -> tuple[Field, ...]:
    return (
        Field("area_rai", Kind.DECIMAL, "พื้นที่ปลูก", "Area", unit="ไร่"),
        Field("crop_need_m3", Kind.DECIMAL, "น้ำที่พืชใช้", "Crop need", unit="ลบ.ม.", decimals=0),
        Field("field_need_m3", Kind.DECIMAL, "น้ำที่ต้องให้ที่แปลง", "Field need", unit="ลบ.ม.", decimals=0),
        Field("gate_need_m3", Kind.DECIMAL, "น้ำที่ประตูน้ำ", "Gate need", unit="ลบ.ม.", decimals=0),
    )


_PER_RAI = Field("gate_m3_per_rai", Kind.DECIMAL, "ที่ประตูน้ำต่อไร่", "Gate need per rai", unit="ลบ.ม./ไร่", decimals=0)


def _sums(
    name: str, th: str, en: str, key: Field, keys: Sequence[str], titles: dict[str, str], demand: Demand, counted: Any
) -> Table:
    """Return the volumes summed by a key."""
    columns = (key, *_volume_fields(), _PER_RAI)
    sums: dict[str, list[float]] = {}
    for i in counted:
        parts = [demand.area_rai[i], *(getattr(demand, volume)[i] for volume in _VOLUMES)]
        sums[keys[i]] = [a + float(b) for a, b in zip(sums.get(keys[i], [0.0] * 4), parts, strict=True)]
    rows = [
        [titles.get(k, k), *(round(part, 3) for part in v), round(v[3] / v[0], 3) if v[0] else None]
        for k, v in sums.items()
    ]
    rows.sort(key=lambda row: _natural(str(row[0])))
    return Table(name, th, en, columns, rows, total_of(columns, rows, [column.name for column in columns[1:5]]))


def _natural(written: str) -> list[tuple[int, str]]:
    """Return a key by which หมู่ที่ 2 stands before หมู่ที่ 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", written)]


def _by_parcel(store: Store, plans: Sequence[dict[str, Any]], demand: Demand, counted: Any) -> Table:
    codes = {row["uid"]: row["code"] for row in store.rows("parcel", columns=["uid", "code"])}
    columns = (
        Field("parcel", Kind.TEXT, "รหัสแปลงที่ดิน", "Parcel"),
        Field("crop", Kind.CHOICE, "ชนิดพืช", "Crop", choices="crop"),
        Field("planted_on", Kind.DATE, "วันที่ปลูก", "Planted on"),
        *_volume_fields(),
        _PER_RAI,
    )
    rows = []
    for i in counted:
        area, gate_m3 = float(demand.area_rai[i]), float(demand.gate_need_m3[i])
        volumes = [round(float(getattr(demand, name)[i]), 3) for name in _VOLUMES]
        plan = plans[i]
        head = [codes.get(plan["parcel_uid"], ""), plan["crop"], plan["planted_on"], area]
        rows.append([*head, *volumes, round(gate_m3 / area, 3) if area else None])
    rows.sort(key=lambda row: (row[0], row[2] or ""))
    totals = total_of(columns, rows, [column.name for column in columns[3:7]])
    return Table("by_parcel", "รายแปลง", "By parcel", columns, rows, totals)
