"""Files with one fault in them: a broken line, a stray quote, an odd date, doubly encoded headings."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio.raw
import pytest
import shapely
from test_read import SQUARES, codes_of, write

from donhan_gis.errors import SourceError
from donhan_gis.exchange.read import read_source
from donhan_gis.exchange.tables import heading_row


def csv_file(folder: Path, *lines: str) -> Path:
    path = folder / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def rejected(source):
    return [(row.source_row, row.payload["line"]) for row in source.rejected]


def test_one_long_line_does_not_take_the_place_of_the_heading(tmp_path):
    lines = ["parcel_code,doc_no", "01A001,1", "01A002", "01A003,1,2,3,4", "01A004,9"]
    source = read_source(csv_file(tmp_path, *lines))
    assert list(source.columns) == ["parcel_code", "doc_no"]
    assert source.columns["parcel_code"].tolist() == ["01A001", "01A004"]
    assert rejected(source) == [(3, "01A002"), (4, "01A003,1,2,3,4")]


def test_heading_under_titles_and_with_commas_left_at_the_end_of_lines(tmp_path):
    source = read_source(csv_file(tmp_path, "บัญชีที่ดิน", "code,name,note", "1,ก,ข,", "2,ค,,"))
    assert source.columns["name"].tolist() == ["ก", "ค"] and not source.rejected
    assert heading_row([["a", "b"], ["1", "2", "3", "4", "5"]], most_cells=2) == 0


def test_two_stray_quotes_swallow_no_line(tmp_path):
    source = read_source(csv_file(tmp_path, "code,use", '10A001,"นา', "10A002,สวน", '10A003,"บ้าน', "10A004,นา"))
    assert source.columns["code"].tolist() == ["10A002", "10A004"]
    assert rejected(source) == [(2, '10A001,"นา'), (4, '10A003,"บ้าน')]


def test_a_quoted_value_that_holds_whole_records_is_held_back_line_by_line(tmp_path):
    """The quotes stand at the edges of cells, so only the lines between tell that records were swallowed."""
    lines = ["code,use,note", '10A001,"นา,ก', "10A002,สวน,ข", '10A003,บ้าน",ค', "10A004,นา,ง"]
    source = read_source(csv_file(tmp_path, *lines))
    assert source.columns["code"].tolist() == ["10A004"]
    assert rejected(source) == [(2, lines[1]), (3, lines[2]), (4, lines[3])]
    assert len([code for code in codes_of(source) if code == "row.broken_line"]) == 3


def test_marks_of_inches_are_letters_like_others(tmp_path):
    """A quote inside a value that does not begin with one is a letter (RFC 4180 says nothing of it; readers agree)."""
    source = read_source(csv_file(tmp_path, "code,pipe", '1,ท่อ 2"', '2,ท่อ 3"', "3,ท่อ"))
    assert source.columns["pipe"].tolist() == ['ท่อ 2"', 'ท่อ 3"', "ท่อ"] and not source.rejected


def test_addresses_over_several_lines_stay_whole(tmp_path):
    source = read_source(csv_file(tmp_path, "code,address,note", '1,"12 ม.3', "ต.ดอนหัน", 'อ.เมือง",ก', "2,x,y"))
    assert source.columns["address"].tolist() == ["12 ม.3\nต.ดอนหัน\nอ.เมือง", "x"] and not source.rejected


def test_a_shape_of_very_many_corners_in_quotes(tmp_path):
    """Python's reader of CSV stops at 131,072 letters a cell unless told otherwise."""
    angle = np.linspace(0, 2 * np.pi, 8000, endpoint=False)
    wkt = shapely.Polygon(np.c_[102.87 + 0.001 * np.cos(angle), 16.33 + 0.001 * np.sin(angle)]).wkt
    assert len(wkt) > 131_072
    assert read_source(csv_file(tmp_path, "code,wkt", f'1,"{wkt}"')).geometry[0].area > 0


# -- 29 February of the Buddhist Era: 2567 is 2024, a leap year, but 2567 of the Christian Era is none


def date_layer(path: Path) -> Path:
    """Write two points with a true date column that holds 2567-02-29 and nothing, a text before and after it."""
    features = [
        {"type": "Feature", "properties": {"ก": "a", "วันที่": day, "ข": "ข"}, "geometry": point}
        for day in ("2567-02-29", "2566-12-01", None)
        for point in [{"type": "Point", "coordinates": [102.87, 16.33]}]
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_leap_day_of_the_buddhist_era_in_geojson(tmp_path):
    source = read_source(date_layer(tmp_path / "ชั้น.geojson"))
    assert list(source.columns) == ["ก", "วันที่", "ข"]
    assert source.columns["วันที่"].tolist() == ["2567-02-29", "2566-12-01", None]
    assert source.columns["ข"].tolist() == ["ข"] * 3


def with_leap_day(shp: Path) -> Path:
    """Put 29 February 2567 into the date cell (eight letters) of the first row of a shapefile."""
    dbf = shp.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace(b"20240228", b"25670229"))
    return shp


@pytest.mark.parametrize("packed", [False, True])
def test_leap_day_of_the_buddhist_era_in_dbf(tmp_path, packed):
    days = np.array(["2024-02-28", "2024-03-01"], dtype="datetime64[D]")
    names = np.array(["ก", "ข"], dtype=object)
    path = with_leap_day(write(tmp_path / "a.shp", columns={"วัน": days, "ชื่อ": names}, encoding="cp874"))
    if packed:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("a.[sdpc]*"):
                archive.write(part, part.name)
    source = read_source(path)
    assert source.columns["วัน"].tolist() == ["2567-02-29", "2024-03-01"]
    assert source.columns["ชื่อ"].tolist() == ["ก", "ข"] and source.count == 2


def test_leap_day_of_the_buddhist_era_in_geopackage(tmp_path):
    days = np.array(["2024-02-28", "2024-03-01"], dtype="datetime64[D]")
    path = write(tmp_path / "a.gpkg", columns={"วัน": days}, layer_options={"SPATIAL_INDEX": "NO"})
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("""update a set "วัน" = '2567-02-29' where fid = 1""")
    assert read_source(path).columns["วัน"].tolist() == ["2567-02-29", "2024-03-01"]


# -- names of columns encoded twice


def twice(name: str) -> str:
    return name.encode().decode("cp1252")


def test_doubly_encoded_headings_of_every_kind_of_file(tmp_path):
    names = [twice("ไร่"), twice("ชื่อ")]
    table = csv_file(tmp_path, ",".join(names), "1,ก")
    book = openpyxl.Workbook()
    for row in (names, [1, "ก"]):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    points = shapely.to_wkb(shapely.points([[272_900.0, 1_806_600.0]]))
    values = [np.array(["1"], dtype=object), np.array(["ก"], dtype=object)]
    pyogrio.raw.write(tmp_path / "c.gpkg", points, values, names, geometry_type="Point", crs="EPSG:32648")
    for path in (table, tmp_path / "b.xlsx", tmp_path / "c.gpkg"):
        source = read_source(path)
        assert list(source.columns) == ["ไร่", "ชื่อ"], path
        found = next(finding for finding in source.findings if finding.code == "read.names_repaired")
        assert "ไร่, ชื่อ" in found.message("th") and found.remedy("en")


# -- what Thai readers are shown


def test_a_mended_shape_is_told_in_thai(tmp_path):
    bow = shapely.Polygon([(272_900, 1_806_600), (272_940, 1_806_640), (272_940, 1_806_600), (272_900, 1_806_640)])
    path = write(tmp_path / "a.gpkg", np.array([bow, SQUARES[1]], dtype=object))
    mended = next(finding for finding in read_source(path).findings if finding.code == "read.mended")
    assert "เส้นขอบตัดกันเอง" in mended.message("th") and "Self" not in mended.message("th")
    assert "crosses itself" in mended.message("en")


def test_refusals_quote_no_english_to_thai_readers(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"not a database " * 20)
    (tmp_path / "b.shp").write_bytes(b"words")
    for ending in ("shx", "dbf"):
        (tmp_path / f"b.{ending}").write_bytes(b"words")
    for name in ("a.gpkg", "b.shp"):
        with pytest.raises(SourceError) as caught:
            read_source(tmp_path / name)
        told = caught.value.th.replace(str(tmp_path / name), "")
        assert caught.value.code == "read.damaged" and not [word for word in told.split() if word.isascii()]


# -- folders and archives


def test_projects_in_a_folder_are_left_out(tmp_path):
    with closing(sqlite3.connect(tmp_path / "donhan.gpkg")) as database:
        database.execute("create table donhan_meta (key text, value text)")
    write(tmp_path / "parcels.shp")
    assert read_source(tmp_path).layer == "parcels"
    write(tmp_path / "roads.gpkg")
    with pytest.raises(SourceError) as caught:
        read_source(tmp_path)
    assert caught.value.code == "read.many" and "donhan" not in caught.value.values["names"]


def test_how_to_choose_a_layer_is_told_for_window_and_command_line(tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("parcels", "main roads"):
            for part in write(tmp_path / f"{name}.shp").parent.glob(f"{name}.*"):
                archive.write(part, part.name)
    with pytest.raises(SourceError) as caught:
        read_source(tmp_path / "two.zip")
    assert '--layer "' in caught.value.th and '--layer "' in caught.value.en and "layer=" not in caught.value.en
    assert "ชั้นข้อมูลหรือแผ่นงาน" in caught.value.th and "Layer or sheet" in caught.value.en


def test_the_folder_one_stands_in_has_its_name(tmp_path, monkeypatch):
    write(tmp_path / "parcels.shp")
    monkeypatch.chdir(tmp_path)
    assert read_source(".").name == f"{tmp_path.name}:parcels"
