"""Column mappings: the forms seen in real layers, doubtful names, saved files and strict refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.errors import DeclarationError, InvalidInput, SourceError
from donhan_gis.exchange.mapping import (
    ColumnMapping,
    MappedColumn,
    _plain,
    built_in,
    check,
    load,
    save,
    suggest,
    synonyms,
)
from donhan_gis.register import load_registers

REGISTERS = load_registers()
PARCEL = REGISTERS["parcel"]
LAYER_A = [
    "PARCEL_COD",
    "ZONE_ID",
    "BLOCK_ID",
    "LOT",
    "land_type",
    "Chanod_no",
    "LAND_NO",
    "SURVEY",
    "mapsheet",
    "rai",
    "ngan",
    "wa",
    "area",
]
LAYER_B = [
    *(
        "parcel_cod",
        "zone_id",
        "block_id",
        "lot",
        "land_type",
        "Id_Chanod",
        "parcel_no",
        "land_no",
        "survey_no",
        "survey",
    ),
    *("mapsheet", "utm_map1", "utm_map2", "utm_map3", "utm_map4", "utm_scale", "scale", "rai", "ngan", "wa", "subwa"),
    *("province", "amphur", "tambol", "own_Hse_no", "own_moo"),
]


def sources(mapping: ColumnMapping) -> dict[str, tuple[str, ...]]:
    return {column.field: column.sources for column in reversed(mapping.columns)}


def test_swapped_roles_of_the_two_layers():
    """Layer A: LAND_NO is เลขที่ดิน. Layer B: parcel_no is เลขที่ดิน and land_no is หน้าสำรวจ."""
    a, b = sources(suggest(LAYER_A, PARCEL)), sources(suggest(LAYER_B, PARCEL))
    assert (a["land_no"], a["survey_no"], a["doc_no"]) == (("LAND_NO",), ("SURVEY",), ("Chanod_no",))
    assert (b["land_no"], b["survey_no"], b["doc_no"]) == (("parcel_no",), ("land_no",), ("Id_Chanod",))
    assert a["deed_area_sqwah"] == ("rai", "ngan", "wa") and b["deed_area_sqwah"] == ("rai", "ngan", "wa", "subwa")
    assert b["sheet_square"] == ("utm_map3",)


def test_owner_addresses_are_left_out_on_purpose():
    mapping = suggest(LAYER_B, PARCEL)
    assert {"own_Hse_no", "own_moo"} <= set(mapping.ignored)
    assert not mapping.unmapped and mapping.score > 0.95


def test_names_in_other_letters_still_fit():
    mapping = suggest([name.upper() for name in LAYER_B], PARCEL)
    assert sources(mapping)["survey_no"] == ("LAND_NO",) and mapping.name == "ltax_parcel_b"


def test_doubtful_names_are_never_mapped_by_name_alone():
    mapping = suggest(["code", "land_no", "survey_no"], PARCEL)
    assert mapping.doubtful == ("land_no", "survey_no") and set(sources(mapping)) == {"code"}


def test_own_export_by_name_title_and_short_name():
    own = suggest(["uid", "code", "land_no", "deed_area_", "หน้าสำรวจ", "Volume", "whatever"], PARCEL)
    assert sources(own) == {
        "code": ("code",),
        "land_no": ("land_no",),
        "deed_area_sqwah": ("deed_area_",),
        "survey_no": ("หน้าสำรวจ",),
        "book_no": ("Volume",),
    }
    assert own.unmapped == ("uid", "whatever")
    reasons = {column.field: column.reason for column in own.columns}
    assert reasons["deed_area_sqwah"] == "short_name" and reasons["survey_no"] == "title_th"
    assert all(column.why("th") and column.why("en") and 0 < column.score <= 1 for column in own.columns)


def test_thai_headings_of_the_exchange_workbook():
    """Headings of the sheet 2_ที่ดิน, as the fact sheet of this project lists them."""
    headings = "ลำดับ, เลขบัตรเจ้าของที่ดิน, รหัสแปลงที่ดิน, ประเภทเอกสาร, เลขที่เอกสาร, หน้าสำรวจ, เล่มที่, ระวาง, แผนที่ระวางภูมิประเทศ"
    headings += ", ระวางUTM, มาตราส่วน, เลขที่ดิน, หมู่ที่, ไร่, งาน, ตร.วา, ตำบล, อำเภอ, จังหวัด"
    mapping = suggest(headings.split(", "), PARCEL)
    found = sources(mapping)
    assert mapping.name == "workbook_parcel" and not mapping.unmapped
    assert found["deed_area_sqwah"] == ("ไร่", "งาน", "ตร.วา") and found["village_uid"] == ("หมู่ที่",)


def test_online_form_with_titles_with_units():
    mapping = suggest(
        ["parcelCode", "docType", "docNo", "parcelNo", "dealingFileNo", "utm1", "raiStr", "nganStr"], PARCEL
    )
    assert sources(mapping)["land_no"] == ("parcelNo",)
    heading = PARCEL.field("deed_area_sqwah").heading("th")
    assert sources(suggest([heading], PARCEL)) == {"deed_area_sqwah": (heading,)}


@pytest.mark.parametrize("mapping", built_in(), ids=lambda mapping: mapping.name)
def test_shipped_files_fit_their_registers(mapping):
    register = REGISTERS[mapping.register]
    names = [source for column in mapping.columns for source in column.sources]
    check(mapping, names, register)
    assert mapping.source and mapping.must
    for column in mapping.columns:
        codes = {choice.code for choice in REGISTERS.choices_of(register.field(column.field))}
        assert set(column.values.values()) <= codes


def test_saved_and_loaded_again(tmp_path):
    mapping = suggest(LAYER_A, PARCEL)
    own = replace(
        mapping, name="ของเรา", th='แบบ "ของเรา"', columns=(*mapping.columns, MappedColumn("note", ("หมาย\tเหตุ",)))
    )
    save(own, tmp_path / "own.toml")
    again = load(tmp_path / "own.toml")
    assert again.th == own.th and again.ignored == own.ignored
    plain = [(column.field, column.sources, column.how, dict(column.values)) for column in again.columns]
    assert plain == [(column.field, column.sources, column.how, dict(column.values)) for column in own.columns]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1, max_size=4))
def test_any_column_name_survives_saving(tmp_path_factory, names):
    file = tmp_path_factory.mktemp("m") / "m.toml"
    mapping = ColumnMapping("m", "ก", "a", "parcel", (MappedColumn("code", tuple(names), values={names[0]: "1"}),))
    save(mapping, file)
    assert load(file).columns[0].sources == tuple(names) and load(file).columns[0].values == {names[0]: "1"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nonsense", "mapping.unreadable"),
        ('name = "a"\nth = "ก"\nen = "a"\nregister = "parcel"', "declaration.incomplete"),
        (
            'name="a"\nth="ก"\nen="a"\nregister="parcel"\ncolour="red"\n[[column]]\nfield="code"\nfrom=["a"]',
            "declaration.unknown",
        ),
        ('name="a"\nth="ก"\nen="a"\nregister="parcel"\n[[column]]\nfield="code"', "declaration.incomplete"),
        (
            'name="a"\nth="ก"\nen="a"\nregister="parcel"\n[[column]]\nfield="code"\nfrom=["a"]\nas="rai_wah"',
            "declaration.unknown",
        ),
    ],
)
def test_broken_mapping_files_are_refused(tmp_path, text, code):
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    with pytest.raises((DeclarationError, SourceError)) as caught:
        load(tmp_path / "m.toml")
    assert caught.value.code == code and "m.toml" in caught.value.th


@pytest.mark.parametrize(
    ("column", "code", "nearest"),
    [
        (MappedColumn("doc_nr", ("a",)), "mapping.no_field", "doc_no"),
        (MappedColumn("code", ("PARCEL_CODE",)), "mapping.no_column", "PARCEL_COD"),
    ],
)
def test_a_mapping_must_name_what_is_there(column, code, nearest):
    mapping = ColumnMapping("m", "ก", "a", "parcel", (column,))
    with pytest.raises(InvalidInput) as caught:
        check(mapping, ["a", "PARCEL_COD"], PARCEL)
    assert caught.value.code == code and nearest in caught.value.en
    with pytest.raises(InvalidInput):
        check(mapping, ["a"], REGISTERS["road"])


@pytest.mark.parametrize(
    ("register", "headings"),
    [
        ("parcel", {"รหัสแปลง": "code", "โฉนดเลขที่": "doc_no", "หมู่": "village_uid", "หมายเหตุ": "note"}),
        ("parcel", {"Parcel_Code": "code", "เลขโฉนด": "doc_no", "ประเภทเอกสารสิทธิ์": "doc_type"}),
        ("person", {"คำนำหน้า": "title", "ชื่อ": "first_name", "สกุล": "last_name", "เลขบัตรประชาชน": "id_no"}),
        ("person", {"ชื่อ": "first_name", "นามสกุล": "last_name", "ที่อยู่": "mail_address", "เบอร์โทร.": "phone"}),
        ("building", {"รหัสอาคาร": "code", "รหัสแปลงที่ดิน": "parcel_uid", "ปีที่สร้าง": "built_be", "จำนวนชั้น": "floors_n"}),
        ("pole", {"รหัสเสาไฟฟ้า": "code", "หมู่ที่": "village_uid", "วัตต์": "watt", "ชนิดหลอด": "lamp"}),
        ("village", {"หมู่ที่": "moo", "ชื่อหมู่บ้าน": "name", "รหัสหมู่บ้าน": "code8"}),
        ("ownership", {"รหัสแปลงที่ดิน": "parcel_uid", "เลขบัตรประชาชน": "person_uid"}),
        ("land_price", {"รหัสแปลงที่ดิน": "parcel_uid", "ราคาประเมิน (บาท/ตร.ว.)": "price_satang_per_sqwah"}),
    ],
)
def test_headings_of_offices_own_tables(register, headings):
    mapping = suggest([*headings, "คอลัมน์อื่น"], REGISTERS[register])
    assert {column.sources[0]: column.field for column in mapping.columns} == headings
    assert mapping.unmapped == ("คอลัมน์อื่น",) and all(column.why("th") and column.why("en") for column in mapping.columns)


@pytest.mark.parametrize(
    ("headings", "used"),
    [
        (["ไร่", "งาน", "ตร.ว."], 3),
        (["ไร่", "งาน", "ตารางวา", "เศษ"], 4),
        (["ไร่", "งาน", "วา"], 3),
        (["rai", "ngan", "wah"], 3),
        (["RAI", "NGAN", "WA", "SUBWA"], 4),
        (["เนื้อที่ (ไร่)", "เนื้อที่ (งาน)", "เนื้อที่ (ตร.ว.)"], 3),
    ],
)
def test_areas_in_rai_ngan_and_wah(headings, used):
    mapping = suggest(["code", *headings], PARCEL)
    area = next(column for column in mapping.columns if column.field == "deed_area_sqwah")
    assert area.sources == tuple(headings[:used]) and area.how == "rai_ngan_wah"


@pytest.mark.parametrize("heading", ["เนื้อที่", "เนื้อที่ (ตร.ม.)", "เนื้อที่ตามเอกสารสิทธิ (ไร่)", "ตารางวา", "งาน"])
def test_an_area_whose_unit_is_open_is_not_guessed(heading):
    mapping = suggest(["code", heading], PARCEL)
    assert mapping.unmapped == (heading,) and set(sources(mapping)) == {"code"}


def test_synonyms_are_plain_and_lead_to_one_field():
    """No heading stands twice in a register: it could mean either field."""
    for register, fields in synonyms()["register"].items():
        told = [_plain(heading) for headings in fields.values() for heading in headings]
        assert len(told) == len(set(told)), register
        assert set(fields) <= {field.name for field in REGISTERS[register].fields}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("column = 3", "column"),
        ('column = ["x"]', "column"),
        ('[[column]]\nfield = "moo"\nfrom = "moo"', "column.from"),
        ('[[column]]\nfield = 3\nfrom = ["a"]', "column.field"),
        ('[[column]]\nfield = "moo"\nfrom = ["a"]\nas = ["x"]', "column.as"),
        ('[[column]]\nfield = "moo"\nfrom = ["a"]\nvalues = 3', "column.values"),
        ('fixed = 3\n[[column]]\nfield = "moo"\nfrom = ["a"]', "fixed"),
        ('ignore = 3\n[[column]]\nfield = "moo"\nfrom = ["a"]', "ignore"),
    ],
)
def test_values_of_another_form_are_refused(tmp_path, body, key):
    head = 'schema = 1\nname = "a"\nth = "ก"\nen = "a"\nregister = "village"\n'
    (tmp_path / "m.toml").write_text(head + body, encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load(tmp_path / "m.toml")
    assert (caught.value.code, caught.value.values["key"]) == ("mapping.form", key)
