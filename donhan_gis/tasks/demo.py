"""The task "make the sample project": the whole main job once, from an empty folder to notices, tables and a map."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from donhan_gis import settings
from donhan_gis.errors import StoreError
from donhan_gis.field import Field, Kind
from donhan_gis.i18n import catalogue, text
from donhan_gis.report import Report, Table
from donhan_gis.sample import Sample, build
from donhan_gis.sample.photo import paint
from donhan_gis.store import Store, create_store
from donhan_gis.task import Context, Progress, run_task, task
from donhan_gis.tasks.project import write_settings

PROJECT = "donhan.gpkg"
PHOTO = "orthophoto.tif"
YEAR_BE = 2569
NOTICES = 10


@task(
    "project.demo",
    th="สร้างโครงการตัวอย่าง",
    en="Make the sample project",
    parameters=(
        Field("out", Kind.FILE, "โฟลเดอร์ที่จะสร้าง", "Folder to make", default="demo", writes="/"),
        Field("seed", Kind.INT, "เลขสุ่มตั้งต้น", "Seed", default=2569, minimum=0),
        Field("year_be", Kind.INT, "ปีภาษี", "Tax year", default=YEAR_BE, minimum=2563, maximum=2700),
    ),
    argument="out",
    group="project",
    project=False,
    help_th="สร้างตำบลตัวอย่าง (ข้อมูลสมมติ) ประเมินภาษี คำนวณน้ำ พิมพ์หนังสือแจ้ง และทำโครงการ QGIS ในคำสั่งเดียว",
    help_en="Makes an invented tambon, assesses its tax, computes water, prints notices and a QGIS project in one go.",
)
def make_demo(context: Context, *, out: str, seed: int, year_be: int) -> Report:
    """Make everything in a folder beside the target, then put it in place at once; an older sample is kept."""
    target = Path(out).resolve()
    is_new = not target.exists()
    try:
        target.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=target))
    except OSError as error:
        raise StoreError("store.cannot_write", path=str(target), said=error.strerror or str(error)) from error
    try:
        steps = _make(context, making, seed=seed, year_be=year_be)
        kept = _keep_older(target, making)
        for file in sorted(making.iterdir()):
            file.replace(target / file.name)
    except OSError as error:
        raise StoreError("store.cannot_write", path=str(target), said=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
        if is_new and not any(target.iterdir()):
            target.rmdir()
    return _report(target, steps, kept)


def _make(context: Context, folder: Path, *, seed: int, year_be: int) -> list[tuple[str, str, str]]:
    """Do the main job in a folder; returns what each step did, in Thai and English."""
    project = folder / PROJECT
    done: list[tuple[str, str, str]] = []

    def note(th: str, en: str, result: str) -> None:
        done.append((th, en, result))

    sample = build(seed, progress=_told(context, 0.0, 0.25))
    with create_store(project, user=context.user) as store:
        _fill(context, store, sample, folder, note)
    inner = Context(str(project), context.user, context.language, context.part(0.55, 0.95), context.is_cancelled)
    steps: list[tuple[str, dict[str, object]]] = [
        ("tax.assess", {"year_be": year_be, "out": str(folder / "assessment_roll.xlsx")}),
        ("water.demand", {"year_be": year_be, "out": str(folder / "water_demand.xlsx")}),
        ("tax.notice", {"year_be": year_be, "out": str(folder / "notices.pdf"), "limit": NOTICES}),
        ("project.check", {}),
        ("qgis.project", {}),
    ]
    for name, parameters in steps:
        report = run_task(name, inner, **parameters)
        note(report.th, report.en, " ".join(report.notes(context.language)[:1]))
    return done


def _fill(context: Context, store: Store, sample: Sample, folder: Path, note: Callable[[str, str, str], None]) -> None:
    """Write boundary, settings, every register of the sample, and the orthophoto with its catalogue row."""
    tambon = str(settings.declared()["office.tambon_code"].default)
    with store.transaction():
        write_settings(store, office=None, tambon_code=tambon)
        store.set_setting("project.sample", "ข้อมูลตัวอย่าง")
        for number, (register, rows) in enumerate(sample.rows.items()):
            store.insert(register, rows)
            context.progress(
                0.25 + 0.1 * number / len(sample.rows), store.registers[register].heading(context.language)
            )
            note(store.registers[register].th, store.registers[register].en, f"{len(rows):,}")
    photo = paint(sample, folder / PHOTO, progress=_told(context, 0.35, 0.55))
    with store.transaction():
        store.insert("orthophoto", [{**photo, "path": PHOTO}])
        store.update_extents()
    note("ภาพถ่ายทางอากาศ", "Orthophoto", PHOTO)


def _told(context: Context, start: float, end: float) -> Progress:
    """Return a progress function for engines, which name their messages by code."""
    part = context.part(start, end)
    return lambda fraction, code: part(fraction, text(code, context.language) if code in catalogue() else code)


def _keep_older(target: Path, making: Path) -> Path | None:
    """Put files of an earlier sample, which somebody may have edited, into a folder of their own."""
    older = [target / file.name for file in making.iterdir() if (target / file.name).exists()]
    if not older:
        return None
    kept = target / f"kept-{datetime.now():%Y%m%d-%H%M%S}"
    kept.mkdir()
    for file in older:
        file.replace(kept / file.name)
    return kept


def _report(target: Path, steps: list[tuple[str, str, str]], kept: Path | None) -> Report:
    project, qgz = target / PROJECT, (target / PROJECT).with_suffix(".qgz")
    columns = (
        Field("step_th", Kind.TEXT, "ขั้นตอน", "Step (Thai)"),
        Field("step_en", Kind.TEXT, "ขั้นตอน (อังกฤษ)", "Step"),
        Field("result", Kind.TEXT, "ผล", "Result"),
    )
    kept_th = (f"แฟ้มตัวอย่างเดิมย้ายไปไว้ที่ {kept}",) if kept else ()
    kept_en = (f"The earlier sample was moved to {kept}",) if kept else ()
    return Report(
        "โครงการตัวอย่างพร้อมใช้ (ข้อมูลตัวอย่าง ไม่ใช่ข้อมูลจริง)",
        "The sample project is ready (invented data)",
        tables=(Table("steps", "สิ่งที่ทำ", "What was done", columns, steps),),
        notes_th=(f"เปิดด้วยโปรแกรม: python3 start.py app {project}", f"เปิดด้วย QGIS: qgis {qgz}", *kept_th),
        notes_en=(f"Open it: python3 start.py app {project}", f"Open it in QGIS: qgis {qgz}", *kept_en),
        files=tuple(sorted(file for file in target.iterdir() if file.is_file())),
    )
