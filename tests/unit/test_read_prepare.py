"""From a file to rows: duplicates, fragments, bad rows held back with their reasons, nothing lost on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from donhan_gis.errors import InvalidInput
from donhan_gis.exchange.mapping import ColumnMapping, MappedColumn, suggest
from donhan_gis.exchange.prepare import prepare
from donhan_gis.exchange.source import Rejected, Source
from donhan_gis.register import load_registers

REGISTERS = load_registers()
PARCEL = REGISTERS["parcel"]
EAST, NORTH = 272_900.0, 1_806_600.0


def box(column, row=0, size=40):
    return shapely.box(EAST + 40 * column, NORTH + 40 * row, EAST + 40 * column + size, NORTH + 40 * row + size)


def source(columns, shapes=None, crs="EPSG:32648", **more):
    count = len(next(iter(columns.values())))
    shapes = [box(i) for i in range(count)] if shapes is None else shapes
    return Source(
        path=Path("parcels.shp"),
        layer="parcels",
        kind="shapefile",
        columns={name: np.array(values, dtype=object) for name, values in columns.items()},
        geometry=None if shapes is False else np.array(shapes, dtype=object),
        crs=crs,
        encoding="utf-8",
        encoding_found="tried",
        row_numbers=np.arange(1, count + 1),
        **more,
    )


def run(file, register="parcel", **more):
    declared = REGISTERS[register]
    return prepare(file, declared, suggest(file.columns, declared), registers=REGISTERS, **more)


def reasons(prepared):
    return [(held.source_row, held.reason_code) for held in prepared.quarantine]


def test_good_rows_are_ready_for_the_store():
    file = source(
        {
            "uid": ["u", "v"],
            "code": ["01A001", "01A002"],
            "doc_type": ["โฉนดที่ดิน", 2.0],
            "deed_area_sqwah": ["1-0-00", 50],
        }
    )
    prepared = run(file)
    assert not prepared.quarantine and not prepared.findings
    first, second = prepared.rows
    assert (first["code"], first["doc_type"], first["deed_area_sqwah"]) == ("01A001", "1", 400.0)
    assert second["doc_type"] == "2" and second["geom"].geom_type == "MultiPolygon"
    assert first["geom"].area == pytest.approx(1600)


def test_duplicate_and_blank_codes_are_held_back_one_finding_each():
    file = source({"code": ["01A001", "01A002", None, "01A001", "01A003", " "], "note": list("abcdef")})
    prepared = run(file)
    assert [row["code"] for row in prepared.rows] == ["01A002", "01A003"]
    assert reasons(prepared) == [(1, "row.duplicate"), (3, "row.blank_key"), (4, "row.duplicate"), (6, "row.blank_key")]
    assert sorted(finding.source_row for finding in prepared.findings) == [1, 3, 4, 6]
    duplicate = next(finding for finding in prepared.findings if finding.code == "row.duplicate")
    assert "01A001" in duplicate.message("th") and "1, 4" in duplicate.message("en") and duplicate.point
    assert prepared.quarantine[0].payload == {"code": "01A001", "note": "a"}


def test_touching_parts_of_one_parcel_become_one():
    file = source({"code": ["01A001"] * 3, "doc_no": ["9"] * 3}, [box(0), box(1), box(0, 1)])
    prepared = run(file)
    assert len(prepared.rows) == 1 and prepared.rows[0]["geom"].area == pytest.approx(4800)
    assert [finding.code for finding in prepared.findings] == ["row.merged"] and not prepared.quarantine


@pytest.mark.parametrize(
    ("deeds", "shapes"),
    [
        (["9", "10"], [box(0), box(1)]),  # another deed
        (["9", "9"], [box(0), box(5)]),  # far apart
        (["9", "9"], [box(0), box(0)]),  # drawn twice
    ],
)
def test_what_is_not_one_parcel_is_not_joined(deeds, shapes):
    prepared = run(source({"code": ["01A001"] * 2, "doc_no": deeds}, shapes))
    assert not prepared.rows and reasons(prepared) == [(1, "row.duplicate"), (2, "row.duplicate")]


def test_codes_already_in_the_project():
    prepared = run(source({"code": ["01A001", "01A002"]}), existing={("code",): {("01A001",)}})
    assert reasons(prepared) == [(1, "row.already_there")] and len(prepared.rows) == 1


def test_unusual_codes_are_kept_with_a_warning():
    prepared = run(source({"code": ["01A001", "แปลงเก่า 7"]}))
    assert len(prepared.rows) == 2
    assert [(f.code, f.severity, f.source_row) for f in prepared.findings] == [("row.unusual", "warning", 2)]


def test_shapes_missing_or_of_the_wrong_kind():
    shapes = [None, shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)]), box(2)]
    mixed = shapely.GeometryCollection([box(3), shapely.Point(EAST, NORTH)])
    prepared = run(source({"code": ["01A001", "01A002", "01A003", "01A004"]}, [*shapes, mixed]))
    assert reasons(prepared) == [(1, "row.no_shape"), (2, "row.wrong_shape")]
    assert [row["geom"].geom_type for row in prepared.rows] == ["MultiPolygon", "MultiPolygon"]


def test_points_out_of_multipoints_and_lines_into_multilines():
    point = shapely.MultiPoint([(EAST, NORTH)])
    columns = tuple(MappedColumn(name, (name,)) for name in ("code", "kind"))
    fixed = {"village_uid": "uid-of-moo-3", "owner": "PEA", "lamp": "LED", "lamp_state": "OK"}
    mapping = ColumnMapping("m", "ก", "a", "pole", columns, fixed)
    kind = REGISTERS.choices["pole_kind"][0]
    file = source({"code": ["P01", "P02"], "kind": [kind.th, kind.code]}, [point, shapely.Point(EAST, NORTH)])
    prepared = prepare(file, REGISTERS["pole"], mapping, registers=REGISTERS)
    assert [row["kind"] for row in prepared.rows] == [kind.code] * 2 and prepared.rows[1]["village_uid"]
    assert {row["geom"].geom_type for row in prepared.rows} == {"Point"}


def test_unknown_code_and_bad_values_are_held_back_with_the_row_intact():
    file = source(
        {
            "code": ["01A001", "01A002", "01A003"],
            "doc_type": ["NS4", "1", "1"],
            "valid_from": ["1/4/2569", "1/4/69", "-"],
        }
    )
    prepared = run(file)
    assert reasons(prepared) == [(1, "row.unknown_code"), (2, "row.two_digit_year")]
    assert prepared.quarantine[0].payload["doc_type"] == "NS4"
    assert {finding.field for finding in prepared.findings} == {"doc_type", "valid_from"}


def test_identity_numbers_of_thirteen_digits():
    file = source(
        {"kind": ["NAT"] * 3, "id_no": ["1234567890121", "1234567890123", "12"], "first_name": ["ก", "ข", "ค"]}, False
    )
    prepared = run(file, "person")
    assert len(prepared.rows) == 3
    assert [(f.code, f.source_row) for f in prepared.findings] == [("row.person_id", 2), ("row.person_id", 3)]


def test_links_to_other_registers():
    columns = {"code": ["01A001", "01A002"], "village_uid": [3.0, "99"]}
    prepared = run(source(columns), references={"village": {"3": ["uid-of-moo-3"]}})
    assert [row["village_uid"] for row in prepared.rows] == ["uid-of-moo-3", None]
    assert [(f.code, f.severity) for f in prepared.findings] == [("row.no_such_row", "warning")]
    mapping = ColumnMapping(
        "m", "ก", "a", "parcel_use", tuple(MappedColumn(n, (n,)) for n in ("parcel_uid", "use_class", "area_sqwah"))
    )
    uses = source({"parcel_uid": ["01A001", "x"], "use_class": ["other"] * 2, "area_sqwah": [1, 2]}, False)
    found = prepare(
        uses, REGISTERS["parcel_use"], mapping, registers=REGISTERS, references={"parcel": {"01a001": ["u"]}}
    )
    assert len(found.rows) == 1 and reasons(found) == [(2, "row.no_such_row")]


def test_codes_from_parts_and_two_schemes_mixed():
    columns = {
        "parcel_cod": ["01A001", None, None, "NULL"],
        "zone_id": ["01", "1", 7, None],
        "block_id": ["A", "A", "02S", None],
        "lot": [1, 2, 15, None],
        "Id_Chanod": ["1", "2", "3", "4"],
        "parcel_no": ["1"] * 4,
        "land_no": ["2"] * 4,
    }
    prepared = run(source(columns))
    assert [row["code"] for row in prepared.rows] == ["01A001", "01A002", "02S015"]
    assert reasons(prepared) == [(4, "row.blank_key")]
    schemes = next(finding for finding in prepared.findings if finding.code == "import.two_schemes")
    assert (schemes.values["short"], schemes.values["long"], schemes.values["rest"]) == (2, 1, 1)
    assert schemes.message("th") and schemes.remedy("en")


def test_indian_1975_is_shifted_by_the_pinned_parameters():
    """E 273391.243 N 1806308.706 of EPSG:24048 is E 272975.71 N 1806622.80 of EPSG:32648 (fact sheet, 4.2)."""
    corner = shapely.box(273391.243, 1806308.706, 273400, 1806320)
    prepared = run(source({"code": ["01A001"]}, [corner], crs="EPSG:24048"))
    assert prepared.rows[0]["geom"].bounds[:2] == pytest.approx((272975.71, 1806622.80), abs=0.02)


def test_rows_rejected_while_reading_go_along():
    rejected = Rejected("a.csv", 9, "row.broken_line", {"line": "x"})
    prepared = run(source({"code": ["01A001"]}, rejected=(rejected,)))
    assert prepared.quarantine == (rejected,) and len(prepared.rows) == 1


def test_a_mapping_that_does_not_fit_is_refused():
    mapping = ColumnMapping("m", "ก", "a", "parcel", (MappedColumn("code", ("nothing",)),))
    with pytest.raises(InvalidInput):
        prepare(source({"code": ["01A001"]}), PARCEL, mapping, registers=REGISTERS)
    with pytest.raises(InvalidInput) as caught:
        run(source({"note": ["no code at all"]}))
    assert caught.value.code == "mapping.required" and PARCEL.field("code").th in caught.value.th
    wrong = ColumnMapping("m", "ก", "a", "parcel", (MappedColumn("code", ("code",)),), {"doc_type": "NS4"})
    with pytest.raises(InvalidInput) as caught:
        prepare(source({"code": ["01A001"]}), PARCEL, wrong, registers=REGISTERS)
    assert caught.value.code == "mapping.bad_fixed"


def test_defaults_fill_empty_cells_of_a_mapped_column():
    kind = REGISTERS.choices["pole_kind"][0].code
    columns = {
        "code": ["P01"],
        "kind": [kind],
        "village_uid": ["3"],
        "owner": [None],
        "lamp": ["LED"],
        "lamp_state": [""],
    }
    mapping = ColumnMapping("m", "ก", "a", "pole", tuple(MappedColumn(name, (name,)) for name in columns))
    file = source(columns, [shapely.Point(EAST, NORTH)])
    villages = {"village": {"3": ["uid-of-moo-3"]}}
    prepared = prepare(file, REGISTERS["pole"], mapping, registers=REGISTERS, references=villages)
    pole = REGISTERS["pole"]
    expected = (pole.field("owner").default, pole.field("lamp_state").default)
    assert (prepared.rows[0]["owner"], prepared.rows[0]["lamp_state"]) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["01A001", "01A002", "01A003", "", "none", "x"]), min_size=1, max_size=12))
def test_every_row_is_loaded_or_held_back_once(codes):
    """No row disappears: with shapes apart nothing merges, so loaded and held back add up."""
    prepared = run(source({"code": codes}, [box(3 * i) for i in range(len(codes))]))
    assert len(prepared.rows) + len(prepared.quarantine) == len(codes)
    assert len({row["code"] for row in prepared.rows}) == len(prepared.rows)
    held = {row.source_row for row in prepared.quarantine}
    assert held <= {finding.source_row for finding in prepared.findings if finding.severity == "error"}
