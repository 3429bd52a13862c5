"""The import task on a small project: who a name means, which headings are known, what is told and written."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import shapely

from donhan_gis.errors import DonhanError, SourceError
from donhan_gis.exchange.mapping import load
from donhan_gis.store import open_store

EAST, NORTH = 272_000, 1_806_000


def csv_file(folder: Path, *lines: str) -> Path:
    path = folder / "in.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def rows_of(project: Path, register: str) -> list[dict[str, Any]]:
    with open_store(project) as store:
        return [dict(row) for row in store.rows(register)]


@pytest.fixture
def people(project: Path) -> Path:
    """The small project with parcel 01A001, a person by number, two persons of one name, and village 3."""
    with open_store(project) as store:
        square = shapely.MultiPolygon([shapely.box(EAST, NORTH, EAST + 40, NORTH + 40)])
        store.insert("parcel", [{"uid": "t1", "code": "01A001", "geom": square}])
        store.insert("village", [{"uid": "v3", "moo": 3, "name": "ดอนหัน", "geom": square}])
        twin = {"kind": "NAT", "title": "นาย", "first_name": "สมชาย", "last_name": "ใจดี"}
        known = {"kind": "NAT", "title": "นาย", "first_name": "ก้อง", "last_name": "ทดสอบ", "id_no": "1234567890121"}
        store.insert("person", [{"uid": "s1", **twin}, {"uid": "s2", **twin}, {"uid": "k1", **known}])
    return project


def test_a_name_of_two_persons_is_nobodys(people: Path, run: Any, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "parcel_uid,person_uid", "01A001,นายสมชาย ใจดี", "01A001,นายก้อง ทดสอบ")
    report = run("data.import", path=str(path), register="ownership")
    assert (report.facts["loaded"], report.facts["quarantined"]) == (1, 1)
    assert [row["person_uid"] for row in rows_of(people, "ownership")] == ["k1"]
    (held,) = rows_of(people, "quarantine")
    assert held["reason_code"] == "row.many_such_rows" and "สมชาย" in held["payload"]
    found = next(row for row in rows_of(people, "finding") if row["code"] == "row.many_such_rows")
    assert "2 ราย" in found["message_th"] and "2 rows" in found["message_en"] and found["remedy_th"]


@pytest.mark.parametrize(
    "written",
    ["1234567890121", "1-2345-67890-12-1", "๑-๒๓๔๕-๖๗๘๙๐-๑๒-๑", "ก้อง ทดสอบ", "นายก้อง ทดสอบ", "นาย ก้อง  ทดสอบ", "k1"],
)
def test_a_person_is_found_by_number_and_by_full_name(people: Path, run: Any, tmp_path: Path, written: str) -> None:
    run("data.import", path=str(csv_file(tmp_path, "parcel_uid,person_uid", f"01a001,{written}")), register="ownership")
    assert [row["person_uid"] for row in rows_of(people, "ownership")] == ["k1"]


@pytest.mark.parametrize(
    "written", ["3", "03", "๓", "หมู่ที่ 3", "หมู่ 3", "หมู่ที่3", "ม.3", "หมู่ที่ 3 บ้านดอนหัน", "บ้านดอนหัน", "ดอนหัน"]
)
def test_a_village_is_found_as_people_write_it(people: Path, run: Any, tmp_path: Path, written: str) -> None:
    shape = f'"POLYGON (({EAST} {NORTH}, {EAST + 40} {NORTH}, {EAST + 40} {NORTH + 40}, {EAST} {NORTH}))"'
    path = csv_file(tmp_path, "code,หมู่ที่,wkt", f"01A009,{written},{shape}")
    run("data.import", path=str(path), register="parcel", crs="EPSG:32648")
    assert {row["village_uid"] for row in rows_of(people, "parcel") if row["code"] == "01A009"} == {"v3"}


def test_headings_of_a_plain_thai_table(people: Path, run: Any, tmp_path: Path) -> None:
    """2 rai 1 ngan 50 wah is 2×400 + 1×100 + 50 = 950 square wah."""
    shape = f'"POLYGON (({EAST} {NORTH}, {EAST + 40} {NORTH}, {EAST + 40} {NORTH + 40}, {EAST} {NORTH}))"'
    heading = "รหัสแปลงที่ดิน,เลขที่เอกสารสิทธิ์,ไร่,งาน,ตารางวา,สีรั้ว,wkt"
    path = csv_file(tmp_path, heading, f"01A009,4711,2,1,50,แดง,{shape}")
    report = run("data.import", path=str(path), register="parcel", crs="EPSG:32648")
    (row,) = [row for row in rows_of(people, "parcel") if row["code"] == "01A009"]
    assert (row["doc_no"], row["deed_area_sqwah"]) == ("4711", 950)
    (told,) = [row for row in rows_of(people, "finding") if row["code"] == "import.left_out_columns"]
    assert told["severity"] == "info" and "สีรั้ว" in told["message_th"] and "ไร่" not in told["message_th"]
    assert report.facts["loaded"] == 1


def test_quarantine_is_told_in_thai_and_kept_by_code(people: Path, run: Any, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "moo,name,wkt", f"5,ก,POINT ({EAST} {NORTH})", "6,ข", "6,ค,")
    report = run("data.import", path=str(path), register="village", crs="EPSG:32648")
    table = next(table for table in report.tables if table.name == "quarantine")
    told = [str(cell) for row in table.rows for cell in row]
    assert not any(cell.startswith("row.") for cell in told)
    assert any("รูปร่างเป็นจุด" in cell and "รูปหลายเหลี่ยม" in cell for cell in told)
    assert {row["reason_code"] for row in rows_of(people, "quarantine")} == {
        *("row.wrong_shape", "row.broken_line", "row.no_shape"),
    }
    findings = next(table for table in report.tables if table.name == "findings")
    place = [field.name for field in findings.columns].index("field")
    assert "geom" not in [row[place] for row in findings.rows]


def test_boundaries_of_the_public_data_set(people: Path, run: Any, tmp_path: Path) -> None:
    """Column names of COD-AB Thailand (HDX): ADM3_TH, ADM3_PCODE = TH and six digits."""
    shape = {"type": "Polygon", "coordinates": [[[102.87, 16.33], [102.88, 16.33], [102.88, 16.34], [102.87, 16.33]]]}
    forms = [
        {"ADM3_EN": "Don Han", "ADM3_TH": "ดอนหัน", "ADM3_PCODE": "TH400113", "ADM2_TH": "เมืองขอนแก่น"},
        {"tambon_th": "ท่าพระ", "tambon_code": "400104", "adm3_pcode": "TH400104", "source": "ทดสอบ"},
    ]
    with open_store(people) as store:
        store.set_setting("office.tambon_code", "400113")
    for number, form in enumerate(forms):
        path = tmp_path / f"{number}.geojson"
        feature = {"type": "Feature", "properties": form, "geometry": shape}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        run("data.import", path=str(path), register="boundary")
    found = {(row["name"], row["code6"], row["kind"]) for row in rows_of(people, "boundary")}
    assert found >= {("ดอนหัน", "400113", "own"), ("ท่าพระ", "400104", "neighbour")}


# -- saved mappings


def test_a_mapping_is_saved_whole_or_not_at_all(people: Path, run: Any, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "moo,name", "5,ก")
    asked = {"path": str(path), "register": "village", "look_only": "1"}
    with pytest.raises(DonhanError):
        run("data.import", **asked, save_mapping=str(tmp_path / "none" / "m.toml"))
    (tmp_path / "taken.toml").mkdir()
    with pytest.raises(SourceError) as caught:
        run("data.import", **asked, save_mapping=str(tmp_path / "taken.toml"))
    assert caught.value.code == "documents.is_folder" and "errno" not in caught.value.th.casefold()
    run("data.import", **asked, save_mapping=str(tmp_path / "m.toml"))
    assert load(tmp_path / "m.toml").register == "village"
    assert not [file.name for file in tmp_path.iterdir() if file.name.startswith(".donhan")]
    for target in (people, path):
        before = target.read_bytes()
        with pytest.raises(DonhanError):
            run("data.import", **asked, save_mapping=str(target))
        assert target.read_bytes() == before


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "mapping.missing"),
        (b"name = ", "mapping.unreadable"),
        (b"\xff\xfe", "mapping.unreadable"),
        ("folder", "mapping.missing"),
    ],
)
def test_a_mapping_file_that_cannot_be_read(run: Any, tmp_path: Path, content: bytes | str | None, code: str) -> None:
    saved = tmp_path / "คู่.toml"
    if isinstance(content, bytes):
        saved.write_bytes(content)
    elif content == "folder":
        saved.mkdir()
    path = csv_file(tmp_path, "moo,name", "5,ก")
    with pytest.raises(SourceError) as caught:
        run("data.import", path=str(path), register="village", mapping=str(saved))
    assert caught.value.code == code and "จับคู่คอลัมน์" in caught.value.th
    assert "Errno" not in caught.value.th + caught.value.en and "นิยามทะเบียน" not in caught.value.th


def test_synonyms_are_a_file_of_known_registers() -> None:
    from donhan_gis.exchange.mapping import FOLDER
    from donhan_gis.register import load_registers

    data = tomllib.loads((FOLDER / "_synonyms.toml").read_text(encoding="utf-8"))
    registers = load_registers()
    for register, fields in data["register"].items():
        for field in fields:
            assert registers[register].field(field), (register, field)


@pytest.mark.parametrize("heading", ["หมู่ที่,ชนิดเสา,ชนิดโคม,wkt", "รหัสเสา,หมู่ที่,ชนิดเสา,ชนิดโคม,wkt"])
def test_poles_without_a_code_are_numbered(people: Path, run: Any, tmp_path: Path, heading: str) -> None:
    """The register of poles numbers within a village; a pole whose village is unknown cannot have a number."""
    with open_store(people) as store:
        kind, lamp = (store.registers.choices[name][0].code for name in ("pole_kind", "lamp_type"))
    start = "," if heading.startswith("รหัส") else ""
    rows = [f"{start}{moo},{kind},{lamp},POINT ({EAST + 9 * moo} {NORTH})" for moo in (3, 99)]
    report = run("data.import", path=str(csv_file(tmp_path, heading, *rows)), register="pole", crs="EPSG:32648")
    assert [row["code"] for row in rows_of(people, "pole")] == ["P03-0001"] and report.facts["quarantined"] == 1
