"""The project in other programs' hands: GDAL's tools open it without a warning, and their edits are in the history."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import shapely

from donhan_gis.errors import Conflict
from donhan_gis.store import open_store
from donhan_gis.store.gpkg import GeoPackageStore
from donhan_gis.store.schema import view_columns

pytestmark = pytest.mark.skipif(not shutil.which("ogrinfo"), reason="GDAL's command-line tools are not installed")

SQUARE = shapely.MultiPolygon([shapely.box(270000, 1805000, 270040, 1805040)])
MOVED = "SetSRID(ST_GeomFromText('MULTIPOLYGON(((1 1,1 3,3 3,3 1,1 1)))'), 32648)"


def gdal(*command: str) -> str:
    """Run a tool of the system's GDAL and return what it prints; a warning is a fault."""
    hidden = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA")
    environ = {key: value for key, value in os.environ.items() if key not in hidden}
    found = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert found.returncode == 0, found.stderr
    assert found.stderr == ""
    return found.stdout


def filled(store: GeoPackageStore) -> str:
    """One row in a register of each kind of shape."""
    uid = store.insert("parcel", [{"code": "01A001", "geom": SQUARE, "note": "เดิม"}])[0]
    village = store.insert("village", [{"moo": 3, "name": "ก", "geom": SQUARE}])[0]
    line = shapely.MultiLineString([[(270000, 1805000), (270100, 1805000)]])
    store.insert("canal", [{"kind": "main", "owner": "LGO", "geom": line}])
    pole = {"kind": "CONC", "village_uid": village, "lamp": "NONE", "geom": shapely.Point(270010, 1805010)}
    store.insert("pole", [pole, {**pole, "geom": None}])
    store.insert("person", [{"kind": "NAT", "first_name": "คน"}])
    store.update_extents()
    return uid


@pytest.mark.parametrize("with_rows", [False, True], ids=["empty", "filled"])
def test_every_layer_opens_without_a_warning(store: GeoPackageStore, project: Path, with_rows: bool) -> None:
    if with_rows:
        filled(store)
    said = gdal("ogrinfo", "-ro", "-al", str(project))
    for name, register in store.registers.items():
        assert f"Layer name: {name}\n" in said
        if view_columns(register):
            assert f"Layer name: {name}_view\n" in said
    assert 'PROJCRS["WGS 84 / UTM zone 48N"' in said


def test_shapes_and_thai_are_read(store: GeoPackageStore, project: Path) -> None:
    filled(store)
    said = gdal("ogrinfo", "-ro", "-al", str(project), "parcel")
    assert "Feature Count: 1" in said
    assert "note (String) = เดิม" in said
    assert "MULTIPOLYGON (((270040 1805000" in said
    assert "Geometry: Multi Polygon" in said
    assert "Geometry: Multi Line String" in gdal("ogrinfo", "-ro", "-so", str(project), "canal")


def test_spatial_filter_uses_the_tree(store: GeoPackageStore, project: Path) -> None:
    filled(store)
    hit = gdal("ogrinfo", "-ro", "-so", str(project), "parcel", "-spat", "269999", "1804999", "270001", "1805001")
    miss = gdal("ogrinfo", "-ro", "-so", str(project), "parcel", "-spat", "0", "0", "1", "1")
    assert "Feature Count: 1" in hit
    assert "Feature Count: 0" in miss


def test_edit_by_another_program_is_in_the_history(store: GeoPackageStore, project: Path) -> None:
    uid = filled(store)
    gdal("ogrinfo", "-q", str(project), "-dialect", "SQLite", "-sql", "UPDATE parcel SET note = 'จาก QGIS'")
    row = store.get("parcel", uid)
    assert (row["rev"], row["note"], row["updated_by"]) == (2, "จาก QGIS", "QGIS")
    _, last = store.history("parcel", uid)
    assert last.old
    assert last.new
    assert (last.action, last.by, last.old["note"], last.new["note"]) == ("update", "QGIS", "เดิม", "จาก QGIS")
    with pytest.raises(Conflict):
        store.update("parcel", uid, {"note": "ทับ"}, rev=1)


def test_rows_added_by_another_program_get_their_identity(
    store: GeoPackageStore, project: Path, tmp_path: Path
) -> None:
    filled(store)
    file = tmp_path / "ใหม่.geojson"
    file.write_text(
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}},'
        '"features": [{"type": "Feature", "properties": {"code": "01A009"}, "geometry": {"type": "MultiPolygon",'
        '"coordinates": [[[[270100, 1805000], [270120, 1805000], [270120, 1805020], [270100, 1805000]]]]}}]}',
        encoding="utf-8",
    )
    gdal("ogr2ogr", "-append", "-nln", "parcel", str(project), str(file))
    file.write_text(file.read_text(encoding="utf-8").replace("01A009", "01A010"), encoding="utf-8")
    gdal("ogr2ogr", "-append", "-nln", "parcel", str(project), str(file))
    row, _ = store.rows("parcel", "code IN ('01A009', '01A010')", geometry=True)
    assert (len(row["uid"]), row["rev"], row["created_by"]) == (32, 1, "QGIS")
    assert row["created_at"].startswith("20")
    assert row["geom"].area == 200
    assert [change.by for change in store.history("parcel", row["uid"])] == ["QGIS"]
    (boxes,) = store.query("SELECT count(*) AS n FROM rtree_parcel_geom")
    assert boxes["n"] == 3


def test_entries_of_an_append_only_register_may_be_added(store: GeoPackageStore, project: Path, tmp_path: Path) -> None:
    canal = store.insert("canal", [{"kind": "main", "owner": "LGO"}])[0]
    row = {"name": "ปากคลอง", "kind": "HEAD", "canal_uid": canal, "owner": "LGO", "cond": "GOOD"}
    gate = store.insert("water_gate", [row])[0]
    file = tmp_path / "บันทึก.csv"
    header = "gate_uid,action,at,opening_pct,by_name,channel"
    file.write_text(f"{header}\n{gate},OPEN,2026-01-01 08:00,50,ก,FIELD\n{gate},CLOSE,2026-01-02 08:00,0,ก,FIELD\n")
    gdal("ogr2ogr", "-append", "-nln", "gate_log", "-oo", "AUTODETECT_TYPE=YES", str(project), str(file))
    uids = [row["uid"] for row in store.rows("gate_log")]
    assert [len(uid) for uid in uids] == [32, 32]
    assert [[change.action for change in store.history("gate_log", uid)] for uid in uids] == [["insert"], ["insert"]]


def test_deleting_by_another_program_is_in_the_history(store: GeoPackageStore, project: Path) -> None:
    uid = filled(store)
    gdal("ogrinfo", "-q", str(project), "-sql", "DELETE FROM parcel WHERE code = '01A001'")
    assert store.count("parcel") == 0
    assert [(change.action, change.by) for change in store.history("parcel", uid)][-1] == ("delete", "QGIS")
    assert store.query("SELECT * FROM rtree_parcel_geom") == []


def test_our_own_copy_of_gdal_reads_it_too(store: GeoPackageStore, project: Path) -> None:
    import pyogrio

    filled(store)
    store.close()
    assert pyogrio.read_info(project, layer="pole", force_feature_count=True)["features"] == 2
    with open_store(project) as again:
        assert again.count("pole") == 2
