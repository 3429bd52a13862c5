"""Every file of the shared folder of real third-party data, where a checkout has it beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from donhan_gis.errors import SourceError
from donhan_gis.exchange.mapping import ColumnMapping, MappedColumn, suggest
from donhan_gis.exchange.prepare import prepare
from donhan_gis.exchange.read import read_source
from donhan_gis.register import load_registers

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
REGISTERS = load_registers()
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared folder of real data is not beside this checkout")


def test_all_tambons_without_cpg_are_right_thai():
    source = read_source(DATA / "th_tambon_7425_no_cpg.zip")
    assert (source.count, source.encoding, source.encoding_found, source.crs) == (7425, "utf-8", "tried", "EPSG:4326")
    assert source.columns["ADM3_TH"][0] == "พระบรมมหาราชวัง"
    names = source.columns["ADM3_TH"].tolist()
    assert {"ดอนหัน", "ท่าพระ", "พระลับ"} <= set(names) and not any("à" in name or "เน€" in name for name in names if name)
    assert not source.rejected


def test_don_han_and_its_neighbours():
    source = read_source(DATA / "donhan_and_neighbours.geojson")
    assert (source.count, source.crs, source.findings) == (6, "EPSG:4326", ())
    boundary = read_source(DATA / "donhan_boundary.geojson")
    columns = (MappedColumn("name", ("tambon_th",)), MappedColumn("code6", ("tambon_code",)))
    mapping = ColumnMapping("tambon", "ตำบล", "Tambon", "boundary", columns, {"kind": "own"})
    prepared = prepare(boundary, REGISTERS["boundary"], mapping, registers=REGISTERS)
    assert (prepared.rows[0]["name"], prepared.rows[0]["code6"]) == ("ดอนหัน", "400113")
    shape = prepared.rows[0]["geom"]
    # 57.92 km² on the plane of UTM 48N: measured independently for the folder's own README.
    assert shape.area / 1e6 == pytest.approx(57.92, abs=0.01)


@pytest.mark.parametrize(
    ("name", "layer", "count"),
    [
        ("fr_cadastre_parcels.gpkg", "parcels", 900),
        ("fr_cadastre_parcels.gpkg", "buildings", 491),
        ("nl_brp_crop_parcels_2023.gpkg", "", 100),
        ("se_asia_smallholder_fields.gpkg", "vietnam", 100),
        ("se_asia_smallholder_fields.gpkg", "cambodia", 100),
        ("ro_landcover_with_overlaps.zip", "", 100),
    ],
)
def test_files_of_other_countries_are_refused_unless_asked_for(name, layer, count):
    with pytest.raises(SourceError) as caught:
        read_source(DATA / name, layer=layer)
    assert caught.value.code == "landing.abroad" and "ประเทศอื่น" in caught.value.th
    source = read_source(DATA / name, layer=layer, allow_abroad=True)
    assert source.count == count and shapely.is_valid(source.geometry).all()


@pytest.mark.parametrize("name", ["fr_cadastre_parcels.gpkg", "se_asia_smallholder_fields.gpkg"])
def test_several_layers_are_named(name):
    with pytest.raises(SourceError) as caught:
        read_source(DATA / name)
    assert caught.value.code == "read.many"


def test_the_folder_itself_and_its_text_file():
    with pytest.raises(SourceError) as caught:
        read_source(DATA / "README.md")
    assert caught.value.code == "read.unknown_kind"
    with pytest.raises(SourceError) as caught:
        read_source(DATA)
    assert caught.value.code == "read.many"


def test_french_parcels_become_rows_of_the_register():
    source = read_source(DATA / "fr_cadastre_parcels.gpkg", layer="parcels", allow_abroad=True)
    columns = (MappedColumn("code", ("IDU",)), MappedColumn("deed_area_sqwah", ("SUPF",), "square_metres"))
    prepared = prepare(
        source, REGISTERS["parcel"], ColumnMapping("fr", "ก", "a", "parcel", columns), registers=REGISTERS
    )
    assert len(prepared.rows) == 900 and not prepared.quarantine
    assert sum(finding.code == "row.unusual" for finding in prepared.findings) == 900
    assert suggest(source.columns, REGISTERS["parcel"]).unmapped
