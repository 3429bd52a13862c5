"""Tasks on the project itself: make a new one, and write its QGIS project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from donhan_gis import settings
from donhan_gis.errors import InvalidInput
from donhan_gis.exchange.qgis_project import write_project
from donhan_gis.exchange.read import read_source
from donhan_gis.exchange.shapes import promote
from donhan_gis.field import Field, Kind
from donhan_gis.parcels.datum import to_storage
from donhan_gis.paths import DATA
from donhan_gis.report import Report
from donhan_gis.store import Store, create_store, open_store
from donhan_gis.task import Context, task

BOUNDARIES = DATA / "boundary" / "donhan_and_neighbours.geojson"


@task(
    "project.new",
    th="สร้างโครงการใหม่",
    en="New project",
    parameters=(
        Field(
            "path",
            Kind.FILE,
            "แฟ้มโครงการที่จะสร้าง (.gpkg)",
            "Project file to make (.gpkg)",
            required=True,
            writes=".gpkg",
        ),
        Field("office", Kind.TEXT, "ชื่อองค์กรปกครองส่วนท้องถิ่น", "Name of the municipality"),
        Field(
            "tambon_code",
            Kind.TEXT,
            "รหัสตำบล 6 หลัก",
            "6-digit tambon code",
            pattern="[0-9]{6}",
            default=str(settings.declared()["office.tambon_code"].default),
        ),
        Field("boundary", Kind.FILE, "แฟ้มเขตตำบล (ถ้าไม่ใช่ดอนหัน)", "Boundary file (if not Don Han's)"),
    ),
    argument="path",
    group="project",
    project=False,
    help_th="สร้างแฟ้มโครงการเปล่าที่มีทุกทะเบียน เขตตำบลและตำบลข้างเคียง พร้อมโครงการ QGIS",
    help_en="Makes an empty project with every register, the boundary and its neighbours, and its QGIS project.",
)
def new_project(context: Context, *, path: str, office: str | None, tambon_code: str, boundary: str | None) -> Report:
    """Make an empty project file with its boundary and QGIS project."""
    file = Path(path)
    rows = (
        boundary_rows(tambon_code)
        if boundary is None
        else own_boundary(Path(boundary), office or file.stem, tambon_code)
    )
    store = create_store(file, user=context.user)
    try:
        with store:
            context.say(0.3, "progress.writing")
            store.insert("boundary", rows)
            write_settings(store, office=office, tambon_code=tambon_code)
            store.update_extents()
        qgz = write_project(file, store.registers, title=office or _office_name())
    except BaseException:
        file.unlink(missing_ok=True)  # made by this call alone: an older file refused above
        raise
    return Report(
        "สร้างโครงการแล้ว",
        "Project made",
        files=(file, qgz),
        notes_th=(f"เปิดด้วยโปรแกรม: donhan app {file}", f"เปิดด้วย QGIS: {qgz}"),
        notes_en=(f"Open it: donhan app {file}", f"Open it in QGIS: {qgz}"),
    )


def _office_name() -> str:
    return str(settings.declared()["office.name"].default)


def write_settings(store: Store, *, office: str | None, tambon_code: str) -> None:
    """Write every declared setting with its default, so that an officer sees what there is to fill in."""
    for key, field in settings.declared().items():
        store.set_setting(key, "" if field.default is None else str(field.default))
    store.set_setting("office.name", office or _office_name())
    store.set_setting("office.tambon_code", tambon_code)


def boundary_rows(tambon_code: str) -> list[dict[str, Any]]:
    """Return the shipped boundaries: the tambon's own and its neighbours'.

    Raises:
        InvalidInput: no boundary of that tambon is shipped.
    """
    source = read_source(BOUNDARIES)
    assert source.geometry is not None  # a shipped file of polygons
    shapes = promote(to_storage(source.geometry, source.crs), "MultiPolygon")
    codes, names = source.columns["tambon_code"], source.columns["tambon_th"]
    if tambon_code not in codes:
        raise InvalidInput("project.no_boundary", field="tambon_code", tambon=tambon_code)
    return [
        {
            "name": f"ตำบล{name}",
            "kind": "own" if code == tambon_code else "neighbour",
            "code6": code,
            "source": "COD-AB Thailand (CC BY-IGO), เส้นเขตย่อ ไม่ใช่เขตตามกฎหมาย",
            "geom": shape,
        }
        for code, name, shape in zip(codes, names, shapes, strict=True)
    ]


def own_boundary(path: Path, name: str, tambon_code: str) -> list[dict[str, Any]]:
    """Return the boundary of another municipality: all polygons of a file as one."""
    source = read_source(path)
    if source.geometry is None:
        raise InvalidInput("project.boundary_shapes", field="boundary", path=str(path))
    whole = shapely.union_all(to_storage(source.geometry, source.crs))
    shape = promote(shapely.get_parts(shapely.geometrycollections([whole])), "MultiPolygon")[0]
    if shape is None or shapely.get_dimensions(shape) != 2:
        raise InvalidInput("project.boundary_shapes", field="boundary", path=str(path))
    return [{"name": name, "kind": "own", "code6": tambon_code, "source": path.name, "geom": shape}]


@task(
    "qgis.project",
    th="สร้างโครงการ QGIS ใหม่",
    en="Write the QGIS project",
    parameters=(),
    group="project",
    help_th="เขียนโครงการ QGIS (กลุ่มชั้นข้อมูล รูปแบบ แบบฟอร์ม ป้ายชื่อ) ใหม่จากนิยามทะเบียน ไว้ข้างแฟ้มและในแฟ้มโครงการ",
    help_en="Writes the QGIS project (groups, styles, forms, labels) anew, beside the project file and inside it.",
)
def write_qgis_project(context: Context) -> Report:
    """Write the QGIS project of an open project."""
    with open_store(context.project, user=context.user) as store:
        store.update_extents()
        title = store.setting("office.name", _office_name())
        registers = store.registers
    qgz = write_project(Path(context.project), registers, title=title)
    return Report(
        "เขียนโครงการ QGIS แล้ว",
        "QGIS project written",
        files=(qgz,),
        notes_th=(f"เปิดด้วย QGIS: {qgz}",),
        notes_en=(f"Open it in QGIS: {qgz}",),
    )
