"""The sample municipality: counts, references, codes, planted imperfections.

Expected values come from what the sample is to hold (about 3,000 parcels, 2,000 buildings, 1,800 owners, 12 gates,
500 poles), from the published rules of sheets and check digits, and from the declared registers.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import shapely

from donhan_gis import field, thai
from donhan_gis.register import load_registers
from donhan_gis.sample import Sample, build
from donhan_gis.sample.codes import sheet
from donhan_gis.sample.people import person_number
from donhan_gis.sample.terrain import features

# tax_map: code = zone, block letter, lot, up to three suffixes
PARCEL_CODE = re.compile(r"^(\d{2})([A-Za-z])(\d+)((?:/[^/]+)*)$")
# 1:4,000 sheets that touch the tambon, counted from the boundary by the Land Department's rule
SHEETS = {
    "6602", "6800", "6802", "6804", "6806", "7000", "7002", "7004", "7006",
    "7008", "7010", "7200", "7202", "7204", "7206", "7208", "7210", "7402",
    "7404", "7406", "7408", "7410", "7412", "7606", "7608", "7610", "7810",
}  # fmt: skip
ROUNDING_M = 0.05
PLANTED = {
    "no_price": 6, "no_owner": 1, "area_off": 24, "share_gap": 2, "vacant_since_2563": 12, "no_id": 3, "dead_owner": 2,
    "no_built_year": 3, "straddling": 6, "twin_pole": 1,
}  # fmt: skip


@cache
def town() -> Sample:
    return build()


def rows(register: str) -> list[dict[str, object]]:
    return town().rows[register]


def planted(code: str) -> set[str]:
    return {d.row_uid for d in town().defects if d.code == code}


def fingerprint(sample: Sample) -> str:
    digest = hashlib.sha256()
    for name, table in sample.rows.items():
        digest.update(name.encode())
        for row in table:
            digest.update(repr([v.wkb_hex if k == "geom" else v for k, v in row.items()]).encode())
    return digest.hexdigest()


def test_same_seed_gives_the_same_municipality() -> None:
    messages: list[tuple[float, str]] = []
    again = build(progress=lambda fraction, message: messages.append((fraction, message)))
    assert fingerprint(again) == fingerprint(town())
    assert [messages[0][0], messages[-1][0]] == [0, 1]
    assert [fraction for fraction, _ in messages] == sorted(fraction for fraction, _ in messages)


@pytest.mark.parametrize(
    ("register", "low", "high"),
    [
        ("parcel", 2800, 3300), ("building", 1850, 2150), ("village", 17, 17), ("water_gate", 12, 12),
        ("pole", 501, 501), ("gate_log", 330, 480), ("infra_asset", 100, 160), ("signboard", 55, 60),
        ("condo_unit", 8, 8), ("house", 900, 1400),
        ("water_source", 10, 20), ("officer", 10, 25), ("boundary", 6, 6),
    ],
)  # fmt: skip
def test_counts(register: str, low: int, high: int) -> None:
    assert low <= len(rows(register)) <= high


def test_owners_and_how_much_they_own() -> None:
    kind = {p["uid"]: p["kind"] for p in rows("person")}
    parcels_of = Counter(o["person_uid"] for o in rows("ownership") if o["parcel_uid"])
    owners = {o["person_uid"] for o in rows("ownership")}
    assert 1700 <= len(owners) <= 2200
    assert {"NAT", "JUR", "GOV", "TEM"} == {kind[o] for o in owners}
    assert 0.015 < sum(kind[o] == "JUR" for o in owners) / len(owners) < 0.045
    counts = sorted(parcels_of.values())
    assert counts[len(counts) // 2] == 1 and max(counts) >= 6  # most own one parcel, a few own many
    people_of = Counter(o["parcel_uid"] for o in rows("ownership") if o["parcel_uid"])
    assert sum(n > 1 for n in people_of.values()) > 80  # co-owners


def test_rows_fit_the_registers() -> None:
    registers = load_registers()
    faults = Counter()
    for name, table in town().rows.items():
        fields = {f.name: f for f in registers[name].fields}
        for row in table:
            assert set(row) - {"uid", "geom"} <= set(fields), name
            assert ("geom" in row) == (registers[name].geometry != "None"), name
            for f in fields.values():
                choices = registers.choices.get(f.choices, ())
                faults.update((name, p.field, p.code) for p in field.problems(f, row.get(f.name), choices=choices))
    assert not faults


def test_references_resolve_and_stand_in_order() -> None:
    registers = load_registers()
    uids = {name: {r["uid"] for r in table} for name, table in town().rows.items()}
    assert sum(map(len, uids.values())) == sum(map(len, town().rows.values()))
    seen: set[str] = set()
    for name, table in town().rows.items():
        seen.add(name)
        for f in (f for f in registers[name].fields if f.to):
            assert f.to in seen or f.name == "head_uid", (name, f.name)
            pointing = {r[f.name] for r in table if r.get(f.name)}
            assert pointing <= uids[f.to], (name, f.name)


def test_parcel_codes() -> None:
    codes = [str(p["code"]) for p in rows("parcel")]
    assert len(set(codes)) == len(codes)
    for parcel in rows("parcel"):
        assert PARCEL_CODE.match(str(parcel["code"]))
        assert f"{parcel['zone']}{parcel['block']}{parcel['lot']}" == parcel["code"]
    assert 10 < sum("/" in code for code in codes) < 80
    lots = defaultdict(set)
    for code in codes:
        lots[code[:3]].add(int(code[3:6]))
    assert all(found == set(range(1, len(found) + 1)) for found in lots.values())  # lots run without a gap


def test_sheets_are_those_of_the_tambon() -> None:
    with_sheet = [p for p in rows("parcel") if p["sheet_no"]]
    assert len(with_sheet) > 2000
    assert {(p["sheet_no"], p["sheet_quadrant"]) for p in with_sheet} == {("5541", "1")}
    assert {p["sheet_square"] for p in with_sheet} <= SHEETS
    keys = [(p["sheet_square"], p["sheet_part"], p["sheet_scale"], p["land_no"]) for p in with_sheet]
    assert len(set(keys)) == len(keys)  # sheet, scale and เลขที่ดิน are the natural key of a deed


def test_sheet_rule_on_published_examples() -> None:
    # a Land Department record: 5039 II 4682, part 07, 1:1,000, corner E 647023 N 1683144 (zone 47)
    assert sheet(647_023, 1_683_144, "1000") == ("4682", "07")
    # the 1:4,000 sheet 5440 IV 4046 has its south-west corner at 40, 46 km
    assert sheet(240_001, 1_846_001, "4000") == ("4046", "00")
    # corner cases of the numbering from the north-west
    assert sheet(240_001, 1_847_999, "2000") == ("4046", "01")
    assert sheet(241_999, 1_846_001, "500") == ("4046", "64")


def test_uses_sum_to_the_deed_area() -> None:
    total: dict[object, float] = defaultdict(float)
    for use in rows("parcel_use"):
        total[use["parcel_uid"]] += float(str(use["area_sqwah"]))
    for parcel in rows("parcel"):
        assert round(total[parcel["uid"]], 2) == parcel["deed_area_sqwah"], parcel["code"]


def test_land_that_follows_a_building_has_one() -> None:
    built = {b["parcel_uid"] for b in rows("building")}
    following = {u["parcel_uid"] for u in rows("parcel_use") if u["use_class"] == "from_building"}
    assert following and following <= built


def test_floors_sum_to_the_building() -> None:
    total: dict[object, float] = defaultdict(float)
    for use in rows("building_use"):
        total[use["building_uid"]] += float(str(use["area_m2"]))
    for building in rows("building"):
        assert round(total[building["uid"]], 1) == building["area_m2"]


def test_shares_sum_to_one_but_where_planted() -> None:
    total: dict[object, Fraction] = defaultdict(Fraction)
    for o in rows("ownership"):
        thing = o["parcel_uid"] or o["building_uid"] or o["condo_unit_uid"]
        total[thing] += Fraction(int(str(o["share_num"])), int(str(o["share_den"])))
    assert {thing for thing, share in total.items() if share != 1} == planted("share_gap")
    assert {str(p["uid"]) for p in rows("parcel")} - set(total) == planted("no_owner")


def test_invented_numbers_belong_to_nobody() -> None:
    numbers = [str(p["id_no"]) for p in rows("person") if p["id_no"]]
    assert len(set(numbers)) == len(numbers) == len(rows("person")) - 3
    assert all(thai.person_id_ok(n) and n.startswith("000") for n in numbers)
    assert {str(p["uid"]) for p in rows("person") if not p["id_no"]} == planted("no_id")
    assert all(str(p["phone"]).startswith("000") for p in rows("person") if p["phone"])


def test_check_digit_by_hand() -> None:
    # 1 as the twelfth digit has the weight 2: 11 - 2 mod 11 = 9
    assert person_number(1) == "0000000000019"


def test_people_are_registered_after_birth_and_live_somewhere() -> None:
    homes = {h["uid"]: h for h in rows("house")}
    living = Counter(p["house_uid"] for p in rows("person") if p["house_uid"])
    assert all(str(p["birth_on"]) <= str(p["registered_on"]) < "2026" for p in rows("person") if p["house_uid"])
    assert all(living[uid] == h["members_n"] for uid, h in homes.items())
    owners = {(o["person_uid"], o["parcel_uid"]) for o in rows("ownership")}
    own_home = sum((p["uid"], homes[p["house_uid"]]["parcel_uid"]) in owners for p in rows("person") if p["house_uid"])
    assert own_home > 0.8 * len(homes)


def test_planted_imperfections_are_exactly_those_listed() -> None:
    assert Counter(d.code for d in town().defects) == PLANTED
    assert all(
        re.search(rf"{code} +{'|'.join(['parcel', 'person', 'building', 'pole'])}", Sample.__doc__ or "")
        for code in PLANTED
    )
    priced = {p["parcel_uid"] for p in rows("land_price")}
    assert {p["uid"] for p in rows("parcel")} - priced == planted("no_price")
    drawn = {p["uid"]: shapely.area(p["geom"]) / 4 for p in rows("parcel")}
    off = {p["uid"] for p in rows("parcel") if abs(float(str(p["deed_area_sqwah"])) / drawn[p["uid"]] - 1) > 0.05}
    assert off == planted("area_off")
    assert {p["uid"] for p in rows("parcel") if p["vacant_since_be"] == 2563} == planted("vacant_since_2563")
    owners = {o["person_uid"] for o in rows("ownership")}
    assert {p["uid"] for p in rows("person") if p["died_on"]} == planted("dead_owner") <= owners
    assert {b["uid"] for b in rows("building") if b["built_be"] is None} == planted("no_built_year")
    at = shapely.get_coordinates([p["geom"] for p in rows("pole")])
    pairs = shapely.STRtree(shapely.points(at)).query(shapely.points(at), predicate="dwithin", distance=3.0)
    twins = {str(rows("pole")[int(i)]["uid"]) for i in pairs[0][pairs[0] > pairs[1]]}
    assert twins == planted("twin_pole")


def test_deed_area_is_near_but_not_equal_to_the_drawn_area() -> None:
    plain = [p for p in rows("parcel") if p["uid"] not in planted("area_off")]
    ratio = np.array([float(str(p["deed_area_sqwah"])) for p in plain]) / shapely.area([p["geom"] for p in plain]) * 4
    assert 0.004 < ratio.std() < 0.009 and (ratio != 1).mean() > 0.95


def test_prices_are_plausible() -> None:
    # baht a square wah between 100 and 8,000, in satang
    prices = np.array([int(str(p["price_satang_per_sqwah"])) for p in rows("land_price")])
    assert prices.min() >= 100_00 and prices.max() <= 8_000_00 and np.median(prices) < 1_000_00
    types = {b["type_code"] for b in rows("building")}
    assert types <= {p["type_code"] for p in rows("building_price")}
    assert all("สมมติ" in str(p["source"]) for p in [*rows("building_price"), *rows("land_price")])


def test_crops_fit_their_parcels() -> None:
    rai = {p["uid"]: float(str(p["deed_area_sqwah"])) / 400 for p in rows("parcel")}
    assert all(0 < float(str(c["area_rai"])) <= max(0.05, rai[c["parcel_uid"]]) + 0.006 for c in rows("crop_plan"))
    crops = Counter(c["crop"] for c in rows("crop_plan"))
    assert crops.most_common(1)[0][0] == "rice_kdml105"
    assert {"rice_rd", "sugarcane", "cassava", "maize"} <= set(crops)
    # the crop year of 2569 runs from 1 November 2568 to 31 October 2569
    assert all("2025-11-01" <= str(c["planted_on"]) <= "2026-10-31" for c in rows("crop_plan"))
    season = {c["crop"]: c["season"] for c in rows("crop_plan")}
    assert season["rice_kdml105"] == "wet" and season["rice_rd"] == "dry"


def test_gates_follow_the_water() -> None:
    gates = {g["uid"]: g for g in rows("water_gate")}
    for gate in gates.values():
        above = gates.get(gate["upstream_uid"])
        if above and above["canal_uid"] == gate["canal_uid"]:
            assert float(str(above["km"])) < float(str(gate["km"]))
    kinds = Counter(g["kind"] for g in gates.values())
    assert kinds["HEAD"] == 4 and kinds["CHECK"] == 3 and kinds["PUMP"] == 1
    served = sum(float(str(g["served_rai"] or 0)) for g in gates.values())
    assert 3_000 < served < 15_000


def test_gate_entries_obey_the_rules_of_the_log() -> None:
    entries = rows("gate_log")
    assert [e["at"] for e in entries] == sorted(str(e["at"]) for e in entries)
    assert all(e["opening_pct"] == 0 for e in entries if e["action"] == "CLOSE")
    assert all(int(str(e["opening_pct"])) > 0 for e in entries if e["action"] == "OPEN")
    fixes = [e for e in entries if e["corrects_uid"]]
    assert len(fixes) == 1 and fixes[0]["reason"]
    assert all(float(str(e["level_up_m"])) >= float(str(e["level_dn_m"])) for e in entries)


def test_village_names_and_the_two_known_numbers() -> None:
    name = {v["moo"]: v["name"] for v in rows("village")}
    assert (name[3], name[4]) == ("โนนเขวา", "เหล่านกชุม")
    assert sorted(str(v["code8"]) for v in rows("village")) == [f"400113{moo:02}" for moo in range(1, 18)]


def test_everything_lies_inside_the_boundary() -> None:
    boundary = features("donhan_boundary")[0][1]
    shapely.prepare(boundary)
    for name in set(town().rows) - {"boundary"}:
        shapes = np.array([r["geom"] for r in rows(name) if r.get("geom") is not None])
        assert len(shapes) == 0 or shapely.covers(boundary, shapes).all(), name
    assert shapely.is_valid(np.concatenate([[r["geom"] for r in t if "geom" in r] for t in town().rows.values()])).all()


def test_parcels_share_borders_exactly_and_leave_room_for_roads() -> None:
    parcels = np.array([p["geom"].geoms[0] for p in rows("parcel")])
    assert shapely.coverage_is_valid(parcels)
    assert shapely.get_num_geometries([p["geom"] for p in rows("parcel")]).max() == 1
    share = shapely.area(parcels).sum() / features("donhan_boundary")[0][1].area
    assert 0.85 < share < 0.95


def test_villages_divide_the_tambon() -> None:
    villages = np.array([v["geom"] for v in rows("village")])
    assert shapely.coverage_is_valid(villages)
    boundary = features("donhan_boundary")[0][1]
    assert abs(shapely.area(villages).sum() / boundary.area - 1) < 1e-4


def test_it_is_no_grid() -> None:
    parcels = np.array([p["geom"] for p in rows("parcel")])
    boxes = shapely.area(parcels) / shapely.area(shapely.oriented_envelope(parcels))
    assert 0.6 < np.median(boxes) < 0.97  # hardly any perfect rectangle
    corners = [np.asarray(b.exterior.coords)[:2] for b in shapely.oriented_envelope(parcels)]
    turn = np.array([np.degrees(np.arctan2(*(b - a)[::-1])) % 90 for a, b in corners])
    spread, _ = np.histogram(turn, bins=9, range=(0, 90))
    assert spread.min() > 0.05 * len(parcels)  # every direction occurs
    area = shapely.area(parcels)
    assert area.max() / np.median(area) > 20 and np.percentile(area, 20) < 900


def test_buildings_stand_in_their_parcels_but_where_planted() -> None:
    parcel = {p["uid"]: p["geom"] for p in rows("parcel")}
    shapes = np.array([b["geom"] for b in rows("building")])
    inside = shapely.covers(np.array([parcel[b["parcel_uid"]] for b in rows("building")]), shapes)
    assert {b["uid"] for b, ok in zip(rows("building"), inside, strict=True) if not ok} == planted("straddling")
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (a == b).all()  # no two buildings touch
    crossing = np.array([b["geom"] for b in rows("building") if b["uid"] in planted("straddling")])
    hit = shapely.STRtree(list(parcel.values())).query(crossing, predicate="intersects")
    assert min(Counter(hit[0].tolist()).values()) >= 2


def test_houses_stand_in_their_village_and_parcel() -> None:
    where = {r["uid"]: r["geom"] for name in ("village", "parcel") for r in rows(name)}
    for house in rows("house"):
        assert shapely.covers(where[house["village_uid"]].buffer(ROUNDING_M), house["geom"])
        assert shapely.covers(where[house["parcel_uid"]], house["geom"])


def test_gates_and_poles_stand_by_their_lines() -> None:
    line = {r["uid"]: r["geom"] for name in ("canal", "road") for r in rows(name)}
    assert all(line[g["canal_uid"]].distance(g["geom"]) < 15 for g in rows("water_gate"))
    assert all(line[p["road_uid"]].distance(p["geom"]) < 10 for p in rows("pole"))
    assert {str(r["kind"]) for r in rows("infra_asset") if r["geom"].geom_type == "Point"} >= {"WELL", "CULVERT", "PA"}


def test_another_seed_gives_another_municipality_without_faults() -> None:
    other = build(7)
    assert fingerprint(other) != fingerprint(town())
    assert shapely.coverage_is_valid(np.array([p["geom"].geoms[0] for p in other.rows["parcel"]]))
    assert Counter(d.code for d in other.defects) == PLANTED
