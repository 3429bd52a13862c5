"""Cases with results from public sources (tax_published) and worked out by hand (tax_hand, tax_money_hand)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from donhan_gis.errors import SourceError
from donhan_gis.exchange.tax_cases import KINDS, calculate, calculate_file

HERE = Path(__file__).parent


def cases_of(name: str) -> list[Any]:
    cases = json.loads((HERE / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in cases if case["kind"] in KINDS]


EVERY = ("tax_published.json", "tax_hand.json", "tax_money_hand.json")


@pytest.mark.parametrize("case", [case for name in EVERY for case in cases_of(name)])
def test_case_is_right_to_the_satang(case: dict[str, Any]) -> None:
    (result,) = calculate([case])
    assert result["results"] == case["expected"], case.get("working", case.get("note", ""))
    assert all(step["th"] and step["en"] for step in result["trace"])


@pytest.mark.parametrize("case", cases_of("tax_hand.json"))
def test_order_of_rows_changes_nothing(case: dict[str, Any]) -> None:
    turned = {**case, **{name: case[name][::-1] for name in ("owners", "parcels", "buildings", "condos")}}
    (result,) = calculate([turned])
    assert result["results"] == case["expected"]


def home(**changes: Any) -> dict[str, Any]:
    """A sound case to spoil: land of A worth 1 M, other use."""
    parcel = {"id": "P1", "owner": "A", "land_value_baht": "1000000", "uses": [{"class": "other", "share_pct": "100"}]}
    building = {**parcel, "id": "B1", "parcel": "P1", "value_baht": "0"}
    del building["land_value_baht"]
    building.update(changes.pop("building", {}))
    parcel.update(changes.pop("parcel", {}))
    case = {"id": "x", "kind": "land_building", "tax_year_be": 2569, "owners": [{"id": "A", "kind": "natural"}]}
    return {**case, "parcels": [parcel], "buildings": [building], "condos": [], **changes}


def without(case: dict[str, Any], *path: Any) -> dict[str, Any]:
    spot: Any = case
    for name in path[:-1]:
        spot = spot[name]
    del spot[path[-1]]
    return case


def uses(**shares: str) -> dict[str, Any]:
    return {"uses": [{"class": name, "share_pct": share} for name, share in shares.items()]}


def priced(**changes: Any) -> dict[str, Any]:
    """The sound case with its building valued by area, price and age."""
    case = home(building={"area_m2": "10", "price_baht_per_m2": "1", **changes})
    return without(case, "buildings", 0, "value_baht")


LAND = ("parcels", 0, "land_value_baht")
VALUE = "parcels[0].land_value_baht"
SINCE = "parcels[0].vacant_since_be"
SHARE_AND_FLOOR = {"uses": [*uses(other="50")["uses"], {"class": "vacant", "floor_m2": "5"}]}
FOLLOWED_IN_PART = {"uses": [{"class": "from_building"}, *uses(other="50")["uses"]]}
HOUSE = "buildings[0].house_registered"
BAD = [
    ("unknown kind", home(kind="pig_tax"), "tax_cases.unknown", "kind"),
    ("kind missing", without(home(), "kind"), "tax_cases.missing", "kind"),
    ("year without law", home(tax_year_be=2590), "law.none", "tax_year_be"),
    ("year before the Act", home(tax_year_be=2562), "law.none", "tax_year_be"),
    ("year no number", home(tax_year_be="next"), "tax_cases.bad_number", "tax_year_be"),
    ("year with decimals", home(tax_year_be="2569.5"), "tax_cases.want_whole", "tax_year_be"),
    ("owners null", home(owners=None), "tax_cases.missing", "owners"),
    ("owner with a plus", home(owners=[{"id": "A", "kind": "natural"}, {"id": "A+B", "kind": "natural"}]),
     "tax_cases.plus_in_id", "owners[1].id"),
    ("year missing", without(home(), "tax_year_be"), "tax_cases.missing", "tax_year_be"),
    ("owners as text", home(owners="A"), "tax_cases.want_list", "owners"),
    ("owner unknown", home(parcel={"owner": "Z"}), "tax_cases.unknown_id", "parcels[0].owner"),
    ("co-owner unknown", home(parcel={"owner": ["A", "Z"]}), "tax_cases.unknown_id", "parcels[0].owner[1]"),
    ("owner list empty", home(parcel={"owner": []}), "tax_cases.empty", "parcels[0].owner"),
    ("owner twice", home(parcel={"owner": ["A", "A"]}), "tax_cases.duplicate", "parcels[0].owner[1]"),
    ("owner missing", without(home(), "parcels", 0, "owner"), "tax_cases.missing", "parcels[0].owner"),
    ("owner a number", home(parcel={"owner": 5}), "tax_cases.unknown_id", "parcels[0].owner"),
    ("owner true", home(parcel={"owner": True}), "tax_cases.want_text", "parcels[0].owner"),
    ("owner kind", home(owners=[{"id": "A", "kind": "alien"}]), "tax_cases.unknown", "owners[0].kind"),
    ("value missing", without(home(), *LAND), "tax_cases.missing", VALUE),
    ("value negative", home(parcel={"land_value_baht": "-1"}), "tax_cases.negative", VALUE),
    ("value no number", home(parcel={"land_value_baht": "1,000"}), "tax_cases.bad_number", VALUE),
    ("value NaN", home(parcel={"land_value_baht": "NaN"}), "tax_cases.bad_number", VALUE),
    ("value huge", home(parcel={"land_value_baht": "1" + "0" * 30}), "tax_cases.too_large", VALUE),
    ("value endless", home(parcel={"land_value_baht": "1" * 9000}), "tax_cases.too_large", VALUE),
    ("value too fine", home(parcel={"land_value_baht": "1.0000001"}), "tax_cases.too_fine", VALUE),
    ("value true", home(parcel={"land_value_baht": True}), "tax_cases.want_decimal", VALUE),
    ("value twice", home(parcel={"price_baht_per_sqwah": "1"}), "tax_cases.two_values", VALUE),
    ("uses empty", home(parcel={"uses": []}), "tax_cases.empty", "parcels[0].uses"),
    ("uses missing", without(home(), "parcels", 0, "uses"), "tax_cases.missing", "parcels[0].uses"),
    ("uses an object", home(parcel={"uses": {"class": "other"}}), "tax_cases.want_list", "parcels[0].uses"),
    ("use unknown", home(parcel=uses(moon="100")), "tax_cases.unknown", "parcels[0].uses[0].class"),
    ("share missing", home(parcel={"uses": [{"class": "other"}]}), "tax_cases.missing", "parcels[0].uses[0].share_pct"),
    ("followed in part without a share", home(parcel=FOLLOWED_IN_PART),
     "tax_cases.missing", "parcels[0].uses[0].share_pct"),
    ("shares over", home(parcel=uses(other="60", vacant="41")), "tax_cases.shares_over", "parcels[0].uses"),
    ("shares nought", home(parcel=uses(other="0")), "tax_cases.empty", "parcels[0].uses"),
    ("building on no parcel", home(building={"parcel": "P9"}), "tax_cases.unknown_id", "buildings[0].parcel"),
    ("building follows itself", home(building=uses(from_building="100")),
     "tax_cases.unknown", "buildings[0].uses[0].class"),
    ("share and floor", home(building=SHARE_AND_FLOOR),
     "tax_cases.mixed_measures", "buildings[0].uses"),
    ("material", priced(material="straw", age_years=1), "tax_cases.unknown", "buildings[0].material"),
    ("age", priced(material="wood", age_years=-1), "tax_cases.negative", "buildings[0].age_years"),
    ("follows nothing", home(parcel=uses(from_building="100"), buildings=[]),
     "tax.no_building_to_follow", "parcels[0]"),
    ("parcel twice", home(parcels=[home()["parcels"][0]] * 2), "tax_cases.duplicate", "parcels[1].id"),
    ("nothing at all", home(parcels=[], buildings=[]), "tax_cases.empty", "parcels"),
    ("relief", home(parcel={"relief": "because"}), "tax_cases.unknown", "parcels[0].relief"),
    ("vacant in a Christian year", home(parcel={"vacant_since_be": 2020}), "tax_cases.bad_number", SINCE),
    ("vacant in the future", home(parcel={"vacant_since_be": 2570}), "tax_cases.bad_number", SINCE),
    ("old tax of a stranger", home(tax_2562_baht={"Q": "5"}), "tax_cases.unknown_id", "tax_2562_baht.Q"),
    ("parcel a text", home(parcels=["P1"]), "tax_cases.want_object", "parcels[0]"),
    ("registered a text", home(building={"house_registered": "A"}), "tax_cases.want_list", HOUSE),
]  # fmt: skip


@pytest.mark.parametrize(("case", "code", "field"), [pytest.param(*bad[1:], id=bad[0]) for bad in BAD])
def test_bad_case_names_its_field_and_lets_others_run(case: dict[str, Any], code: str, field: str) -> None:
    spoiled, sound = calculate([case, {**home(), "id": "sound"}])
    assert spoiled["error"]["code"] == code
    assert spoiled["error"]["field"] == field
    assert spoiled["error"]["message_th"] and spoiled["error"]["message_en"]
    assert sound["results"] == {"A": {"tax_baht": "3000.00"}}


@pytest.mark.parametrize("case", [{"kind": "land_building"}, {"id": 7.5}, {"id": ""}, None, [], "case", 1.5])
def test_case_without_an_id_is_told_by_its_position(case: Any) -> None:
    result = calculate([home(), case])[1]
    assert result["id"] is None
    assert result["position"] == 1
    assert result["error"]["code"].startswith("tax_cases.")


def test_id_used_twice_is_an_error_of_the_second_case() -> None:
    first, second = calculate([home(), home()])
    assert "results" in first
    assert (second["error"]["code"], second["error"]["field"]) == ("tax_cases.duplicate", "id")


def test_numbers_for_ids_and_texts_for_numbers() -> None:
    """Legal JSON of other programs: 1 M x 0.3 % + a brick house of 10 years (10 %) 900,000 x 0.3 % = 3,000 + 2,700."""
    case = priced(material="brick", age_years="10", area_m2="100", price_baht_per_m2="10000")
    case.update(id=7, tax_year_be="2569", owners=[{"id": 1, "kind": "natural"}])
    case["parcels"][0].update(id=4, owner=[1], uses=[{"class": "from_building"}], lao=400113, contiguous_group=2)
    case["buildings"][0].update(id=5, owner=1, parcel=4, house_registered=[1])
    first, second = calculate([case, {**case, "id": "7"}])
    assert (first["id"], first["results"]) == (7, {"1": {"tax_baht": "5700.00"}})
    assert second["error"]["code"] == "tax_cases.duplicate"


@pytest.mark.parametrize(
    ("owners", "values", "billed"),
    [
        (("A", "A"), ("0", "0"), {"A": "0.00"}),
        (("A", "B"), ("0", "0"), {"B": "0.00"}),
        (("A", "B"), ("1000000", "0"), {"A": "3000.00", "B": "0.00"}),
    ],
)
def test_property_worth_nothing_has_a_bill_of_nought(
    owners: tuple[str, str], values: tuple[str, str], billed: dict[str, str]
) -> None:
    """Land worth nothing that only carries another's building is no property of the case (as in case FAQ-08)."""
    people = [{"id": name, "kind": "natural"} for name in "AB"]
    parcel, building = ({"owner": name} for name in owners)
    case = home(
        owners=people, parcel={**parcel, "land_value_baht": values[0]}, building={**building, "value_baht": values[1]}
    )
    assert calculate([case])[0]["results"] == {name: {"tax_baht": tax} for name, tax in billed.items()}
    alone = home(parcel={"land_value_baht": "0"}, buildings=[])
    assert calculate([alone])[0]["results"] == {"A": {"tax_baht": "0.00"}}


def test_left_out_fields_and_residents_are_told() -> None:
    case = home(parcel={"vacant_sinse": 2563}, building={"house_registered": ["somebody"]})
    rules = [step["rule"] for step in calculate([case])[0]["trace"] if step["step"] == "warning"]
    assert rules == ["tax_cases.unknown_field", "tax_cases.unknown_resident"]


def test_person_in_two_house_registrations_has_one_home_and_a_warning() -> None:
    """The home of 60 M counts (10 M x 0.03 % = 3,000); the one of 5 M is other residence (5 M x 0.02 % = 1,000)."""
    homes = [
        {"id": name, "owner": "A", "value_baht": value, "uses": [{"class": "residential", "share_pct": "100"}]}
        | {"house_registered": ["A"]}
        for name, value in (("U1", "5000000"), ("U2", "60000000"))
    ]
    (result,) = calculate([home(parcels=[], buildings=[], condos=homes)])
    assert result["results"] == {"A": {"tax_baht": "4000.00"}}
    assert [step["object"] for step in result["trace"] if step["step"] == "warning"] == ["U1"]


@pytest.mark.parametrize("age", [0, 200, 10**30])
def test_depreciation_stays_in_its_table(age: int) -> None:
    (result,) = calculate([{"id": "d", "kind": "depreciation", "material": "brick", "age_years": age}])
    assert result["results"] == {"depreciation_pct": 76 if age else 0}


def test_file_with_byte_order_mark_and_numbers_without_quotes(tmp_path: Path) -> None:
    case = home(parcel={"land_value_baht": 1000000.10})
    source, out = tmp_path / "cases.json", tmp_path / "result.json"
    source.write_text(json.dumps([case]), encoding="utf-8-sig")
    summary = calculate_file(source, out)
    assert (summary.cases_n, summary.computed_n, summary.failed_n) == (1, 1, 0)
    assert json.loads(out.read_text(encoding="utf-8"))[0]["results"] == {"A": {"tax_baht": "3000.00"}}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases.json", "result.json"]


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999999999", "1e-999999999", "9" * 6000, "1e99999999999999999999"]
)
def test_numbers_that_are_none(tmp_path: Path, number: str) -> None:
    text = json.dumps([home(parcel={"land_value_baht": 77}), {**home(), "id": "y"}]).replace("77", number)
    (tmp_path / "cases.json").write_text(text, encoding="utf-8")
    assert calculate_file(tmp_path / "cases.json", tmp_path / "out.json").failed_n == 1
    result = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert result[0]["error"]["field"] == "parcels[0].land_value_baht"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[1, 2", "tax_cases.not_json"),
        (b"", "tax_cases.not_json"),
        (b'{"id": 1}', "tax_cases.not_a_list"),
        ("[\"ภาษี\"]".encode("cp874"), "tax_cases.not_utf8"),
        (b"[" * 100_000, "tax_cases.too_deep"),
        (None, "tax_cases.unreadable"),
    ],
)  # fmt: skip
def test_unreadable_file_is_one_sentence_and_writes_nothing(tmp_path: Path, content: bytes | None, code: str) -> None:
    source, out = tmp_path / "cases.json", tmp_path / "result.json"
    out.write_text("old", encoding="utf-8")
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        calculate_file(source, out)
    assert caught.value.code == code
    assert caught.value.th and caught.value.en
    assert out.read_text(encoding="utf-8") == "old"


def test_unwritable_result_is_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "cases.json"
    source.write_text(json.dumps([home()]), encoding="utf-8")
    for out, code in ((tmp_path / "nowhere" / "result.json", "no_folder"), (tmp_path, "is_folder")):
        with pytest.raises(SourceError) as caught:
            calculate_file(source, out)
        assert caught.value.code == f"documents.{code}"
    assert list(tmp_path.iterdir()) == [source]


def test_results_are_not_written_over_the_cases(tmp_path: Path) -> None:
    source, other = tmp_path / "cases.json", tmp_path / "also.json"
    source.write_text(json.dumps([home()]), encoding="utf-8")
    other.hardlink_to(source)
    for out in (source, tmp_path / "." / "cases.json", other):
        with pytest.raises(SourceError) as caught:
            calculate_file(source, out)
        assert (caught.value.code, caught.value.field) == ("tax_cases.same_file", "out")
    assert json.loads(source.read_text(encoding="utf-8")) == [home()]


def test_torn_letters_in_an_id_are_written_back_as_they_came(tmp_path: Path) -> None:
    source, out = tmp_path / "cases.json", tmp_path / "result.json"
    source.write_text('[{"id": "\\ud800", "kind": "x"}]', encoding="utf-8")
    calculate_file(source, out)
    assert json.loads(out.read_text(encoding="utf-8"))[0]["id"] == "\ud800"
