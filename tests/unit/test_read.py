"""Files as offices have them: every format, encoding and shape that the reader must take."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio.raw
import pyproj
import pytest
import shapely

from donhan_gis.exchange.read import read_source

# Two squares of 40 m (1 rai) in Don Han, EPSG:32648.
EAST, NORTH = 272_900.0, 1_806_600.0
SQUARES = np.array([shapely.box(EAST + d, NORTH, EAST + d + 40, NORTH + 40) for d in (0, 40)], dtype=object)
NAMES = np.array(["ดอนหัน", "ท่าพระ"], dtype=object)
CODES = np.array(["01A001", "01A002"], dtype=object)


def write(path: Path, shapes=SQUARES, *, crs="EPSG:32648", encoding=None, columns=None, **options):
    """Write a map file with pyogrio; shapes as shapely, columns as name → array."""
    columns = columns or {"code": CODES, "name": NAMES}
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes, output_dimension=3),
        list(columns.values()),
        list(columns),
        geometry_type="Polygon Z" if shapely.has_z(shapes).any() else "Polygon",
        crs=crs,
        encoding=encoding,
        **options,
    )
    return path


def codes_of(source):
    return [finding.code for finding in source.findings]


@pytest.mark.parametrize("cpg", [None, "CP874", "UTF-8", "ISO-8859-1", "nonsense"])
def test_cp874_shapefile_whatever_the_cpg_says(tmp_path, cpg):
    shp = write(tmp_path / "แปลง.shp", encoding="cp874")
    shp.with_suffix(".cpg").unlink()
    if cpg:
        shp.with_suffix(".cpg").write_text(cpg)
    source = read_source(shp)
    assert source.columns["name"].tolist() == NAMES.tolist()
    assert source.encoding == "cp874"
    assert ("read.lying_cpg" in codes_of(source)) == (cpg not in (None, "CP874"))


def test_utf8_shapefile_without_cpg_and_with_a_lying_language_byte(tmp_path):
    shp = write(tmp_path / "a.shp", encoding="utf-8")
    shp.with_suffix(".cpg").unlink()
    dbf = bytearray(shp.with_suffix(".dbf").read_bytes())
    dbf[29] = 0x57  # "Windows ANSI", as ArcView writes it over anything
    shp.with_suffix(".dbf").write_bytes(dbf)
    source = read_source(shp)
    assert source.columns["name"].tolist() == NAMES.tolist()
    assert (source.encoding, source.encoding_found) == ("utf-8", "tried")


def test_thai_column_names_in_cp874(tmp_path):
    shp = write(tmp_path / "a.shp", encoding="cp874", columns={"รหัส": CODES, "ชื่อ": NAMES})
    assert list(read_source(shp).columns) == ["รหัส", "ชื่อ"]


@pytest.mark.parametrize("ending", ["shp", "gpkg", "geojson"])
def test_double_encoded_text_is_mended_and_said(tmp_path, ending):
    # ภาษี: all its bytes have letters in CP874, so any program could have done this.
    twice = np.array(["ภาษี".encode().decode("cp874"), "ดี"], dtype=object)
    crs = "EPSG:4326" if ending == "geojson" else "EPSG:32648"
    shapes = SQUARES if ending != "geojson" else shapely.transform(SQUARES, lambda xy: xy * 1e-6 + [102.6, 14.5])
    path = write(tmp_path / f"a.{ending}", shapes, crs=crs, columns={"name": twice}, encoding="utf-8")
    source = read_source(path)
    assert source.columns["name"].tolist() == ["ภาษี", "ดี"]
    found = next(finding for finding in source.findings if finding.code == "read.repaired")
    assert found.field == "name" and "ภาษี" in found.message("th")


def test_three_dimensions_become_two(tmp_path):
    shp = write(tmp_path / "a.shp", shapely.force_3d(SQUARES, 150.0))
    source = read_source(shp)
    assert not shapely.has_z(source.geometry).any()
    assert "read.flattened" in codes_of(source)


def test_invalid_and_missing_shapes(tmp_path):
    bow = shapely.Polygon([(EAST, NORTH), (EAST + 40, NORTH + 40), (EAST + 40, NORTH), (EAST, NORTH + 40)])
    shapes = np.array([bow, None, SQUARES[1]], dtype=object)
    path = write(tmp_path / "a.gpkg", shapes, columns={"code": np.array(["a", "b", "c"], dtype=object)})
    source = read_source(path)
    assert shapely.is_valid(source.geometry[[0, 2]]).all() and source.geometry[1] is None
    mended = next(finding for finding in source.findings if finding.code == "read.mended")
    assert mended.source_row == 1 and "1" in mended.message("th")


def test_missing_prj_in_degrees_is_taken_for_wgs_84(tmp_path):
    shapes = np.array([shapely.box(102.87, 16.33, 102.871, 16.331)] * 2, dtype=object)
    shp = write(tmp_path / "a.shp", shapes, crs="EPSG:4326")
    shp.with_suffix(".prj").unlink()
    source = read_source(shp)
    assert source.crs == "EPSG:4326" and "read.crs_assumed" in codes_of(source)


def test_an_answer_overrules_prj(tmp_path):
    shp = write(tmp_path / "a.shp", crs="EPSG:4326")
    source = read_source(shp, crs="EPSG:24048")
    assert source.crs == "EPSG:24048"
    assert {"read.crs_overruled", "landing.ambiguous"} <= set(codes_of(source))


def test_indian_1975_prj_of_arcgis(tmp_path):
    shp = write(tmp_path / "a.shp", crs="EPSG:24048")
    shp.with_suffix(".prj").write_text(pyproj.CRS(24048).to_wkt("WKT1_ESRI"))
    assert read_source(shp).crs == "EPSG:24048"


def test_one_shape_far_away_is_held_back_and_the_rest_is_read(tmp_path):
    many = np.array([shapely.box(EAST + d, NORTH, EAST + d + 9, NORTH + 9) for d in range(0, 400, 10)], dtype=object)
    many[7] = shapely.box(0, 0, 5, 5)
    numbers = np.arange(40)
    source = read_source(write(tmp_path / "a.gpkg", many, columns={"n": numbers}))
    assert source.count == 39 and [row.reason_code for row in source.rejected] == ["row.stray"]
    assert source.rejected[0].payload == {"n": 7} and "row.stray" in codes_of(source)


def test_zip_with_thai_names_of_windows(tmp_path):
    """Windows in Thailand writes names in zips as CP874 and does not say so."""
    shp = write(tmp_path / "a.shp")
    archive = tmp_path / "b.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for part in tmp_path.glob("a.*"):
            file.write(part, "แปลง".encode("cp874").decode("cp437") + part.suffix)
    raw = archive.read_bytes()
    # zipfile marks non-ASCII names as UTF-8; write them again as the bytes of CP874 without the mark.
    name = "แปลง".encode("cp874").decode("cp437").encode()
    assert name in raw
    source = read_source(archive)
    assert source.count == 2 and source.kind == "shapefile" and shp.exists()


def test_zip_and_folder_with_a_choice(tmp_path):
    for name in ("parcels", "roads"):
        write(tmp_path / f"{name}.shp")
    archive = tmp_path.parent / f"{tmp_path.name}.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for part in tmp_path.iterdir():
            file.write(part, f"data/{part.name}")
    assert read_source(archive, layer="Roads").layer == "roads"
    assert read_source(tmp_path, layer="parcels").layer == "parcels"


def test_geopackage_in_a_zip(tmp_path):
    write(tmp_path / "a.gpkg")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.write(tmp_path / "a.gpkg", "inside/a.gpkg")
    assert read_source(tmp_path / "a.zip").columns["name"].tolist() == NAMES.tolist()


def test_geojson_is_utf8_by_definition(tmp_path):
    shapes = {"type": "Polygon", "coordinates": [[[102.87, 16.33], [102.88, 16.33], [102.88, 16.34], [102.87, 16.33]]]}
    feature = {"type": "Feature", "properties": {"ชื่อ": "ดอนหัน"}, "geometry": shapes}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    source = read_source(path)
    assert (source.kind, source.crs, source.encoding_found) == ("geojson", "EPSG:4326", "format")
    assert source.columns["ชื่อ"].tolist() == ["ดอนหัน"] and not source.findings


# -- tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_of_every_encoding_and_delimiter(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    rows = [["รหัส", "ชื่อ", "ราคา"], ["01A001", "ดอนหัน", "1"], ["01A002", "ท่าพระ", "2"]]
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    source = read_source(path)
    assert source.columns["ชื่อ"].tolist() == NAMES.tolist()
    assert source.row_numbers.tolist() == [2, 3] and source.geometry is None and source.crs == ""


def test_csv_with_broken_lines_loads_the_rest(tmp_path):
    path = tmp_path / "a.csv"
    lines = [
        "code,name,note",
        "1,ก,",
        '2,"ข",has,too,many',
        "3,ค",
        '4,"ง, จ",ok',
        '5,"never closed,x',
        "6,ฉ,",
        '7,"two',
        'lines",z',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    source = read_source(path)
    assert source.columns["code"].tolist() == ["1", "4", "6", "7"]
    assert source.columns["name"].tolist()[1] == "ง, จ" and source.columns["name"].tolist()[3] == "two\nlines"
    assert [(row.source_row, row.reason_code) for row in source.rejected] == [
        (3, "row.broken_line"),
        (4, "row.broken_line"),
        (6, "row.broken_line"),
    ]
    assert source.rejected[1].payload == {"line": "3,ค"}
    assert all(finding.message("th") and finding.remedy("en") for finding in source.findings)


def test_csv_line_in_another_encoding_is_held_back(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("code,name\n1,ดอนหัน\n2,โฉนด\n".encode() + "3,ท่าพระ\n".encode("cp874"))
    source = read_source(path)
    assert source.count == 2 and source.rejected[0].reason_code == "row.lost_letters"


def test_csv_with_coordinates_and_with_wkt(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("code,lon,lat\na,102.875,16.33\nb,,\nc,102.88,16.34\n", encoding="utf-8")
    source = read_source(path)
    assert source.geometry[0].equals(shapely.Point(102.875, 16.33)) and source.geometry[1] is None
    assert source.crs == "EPSG:4326" and list(source.columns) == ["code"]
    path.write_text(f'code;WKT\na;"{SQUARES[0].wkt}"\nb;POLYGON((broken\n', encoding="utf-8")
    source = read_source(path, crs="32648")
    assert source.geometry[0].equals(SQUARES[0]) and source.geometry[1] is None


def workbook(tmp_path, rows, *, more=()):
    book = openpyxl.Workbook()
    book.active.title = "2_ที่ดิน"
    for row in rows:
        book.active.append(row)
    for title in more:
        book.create_sheet(title).append(["x"])
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_sheet_with_title_rows_above_the_heading(tmp_path):
    rows = [
        ["บัญชีที่ดิน อบต.ดอนหัน"],
        [],
        ["ลำดับ", "รหัสแปลงที่ดิน", "วันที่"],
        [1, "01A001", date(2567, 1, 15)],
        [2, "01A002", None],
    ]
    source = read_source(workbook(tmp_path, rows))
    assert list(source.columns) == ["ลำดับ", "รหัสแปลงที่ดิน", "วันที่"]
    assert source.row_numbers.tolist() == [4, 5] and source.columns["ลำดับ"].tolist() == [1, 2]
    assert source.columns["วันที่"][0] == date(2567, 1, 15)


def test_sheet_with_a_heading_of_two_rows(tmp_path):
    rows = [["รหัส", "เนื้อที่", None, None, "หมายเหตุ"], [None, "ไร่", "งาน", "ตร.วา", None], ["01A001", 2, 1, 50.25, None]]
    source = read_source(workbook(tmp_path, rows))
    assert list(source.columns) == ["รหัส", "ไร่", "งาน", "ตร.วา", "หมายเหตุ"]
    assert [source.columns[name][0] for name in ("ไร่", "งาน", "ตร.วา")] == [2, 1, 50.25]


def test_sheet_is_chosen_by_name(tmp_path):
    path = workbook(tmp_path, [["รหัส", "ก"], ["1", "2"]], more=["ป้าย"])
    assert read_source(path, layer="2_ที่ดิน").layer == "2_ที่ดิน"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as file:
        file.write(workbook(tmp_path, [["รหัส", "ก"], ["1", "2"]]), "a.xlsx")
    assert read_source(tmp_path / "b.zip").columns["ก"].tolist() == ["2"]
