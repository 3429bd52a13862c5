"""Rows of the lists ภ.ด.ส.1 to 4, read from the registers and the newest assessment of the year."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby, zip_longest
from typing import Any

from donhan_gis.errors import InvalidInput
from donhan_gis.store import Store
from donhan_gis.tasks.notices import PER_CENT, label_of, rates_of, setting
from donhan_gis.tasks.runs import newest_run
from donhan_gis.tasks.tax_columns import VALID
from donhan_gis.tasks.taxation import TASK as ASSESS
from donhan_gis.thai import new_year_day, rai_ngan_wah

Row = Mapping[str, Any]
# Codes of classes as the columns of the forms call them.
COLUMN_OF_USE = {"agriculture": "farm", "residential": "home", "other": "other", "vacant": "vacant"}
SHORT_USE = {"agriculture": "เกษตร", "residential": "อยู่อาศัย", "other": "อื่น ๆ", "vacant": "ว่างเปล่า"}
MIXED = "mixed"


@dataclass(slots=True)
class Town:
    """What the lists of one year are made of, read once: rows that hold on 1 January by uid, and who owns them."""

    store: Store
    year_be: int
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    uses: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        day = new_year_day(self.year_be).isoformat()
        for register in ("parcel", "building", "condo_unit", "ownership", "parcel_use", "building_use"):
            rows = self.store.rows(register, VALID, [day, day])
            self.rows[register] = {row["uid"]: row for row in rows}
        for register in ("house", "village"):
            self.rows[register] = {row["uid"]: row for row in self.store.rows(register)}
        self.places = {uid: f"ม.{row['moo']} {row['name'] or ''}".strip() for uid, row in self.rows["village"].items()}
        for row in self.rows["ownership"].values():
            self.owners[row["parcel_uid"] or row["building_uid"] or row["condo_unit_uid"]].append(row["person_uid"])
        for register, owner, area in (
            ("parcel_use", "parcel_uid", "area_sqwah"), ("building_use", "building_uid", "area_m2"),
        ):  # fmt: skip
            for row in self.rows[register].values():
                uses = self.uses[row[owner]]
                uses[row["use_class"]] = uses.get(row["use_class"], 0) + (row[area] or 0)

    def is_of(self, uid: str, persons: set[str] | None) -> bool:
        """Say whether one of the persons has a right in the object; ``None`` means anybody."""
        return persons is None or bool(persons.intersection(self.owners.get(uid, ())))

    def place(self, parcel: Row) -> str:
        """Return where a parcel lies."""
        return self.places.get(parcel.get("village_uid") or "", "")

    def label(self, register: str, column: str, code: str | None) -> str:
        """Return the Thai label of a code."""
        return label_of(self.store.registers, register, column, code)

    def use(self, use_class: str) -> str:
        """Return a class of use in few words."""
        return {"agriculture": "เกษตร", "residential": "อยู่อาศัย", "other": "อื่น ๆ", "vacant": "ว่างเปล่า"}.get(
            use_class, ""
        )


def land_and_buildings(town: Town, parcels: Sequence[Row], persons: set[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of ภ.ด.ส.3: each parcel with its buildings; of ``persons`` only, where given."""
    standing: dict[str, list[Row]] = defaultdict(list)
    for building in town.rows["building"].values():
        standing[building["parcel_uid"]].append(building)
    rows: list[dict[str, Any]] = []
    parcel_no = building_no = 0
    for parcel in parcels:
        buildings = [one for one in standing[parcel["uid"]] if town.is_of(one["uid"], persons)]
        owned = town.is_of(parcel["uid"], persons)
        if not owned and not buildings:
            continue
        parcel_no += owned
        first = (
            _land_cells(town, parcel, standing[parcel["uid"]]) | {"no": parcel_no} if owned else _place(town, parcel)
        )
        for land, there in zip_longest([first], sorted(buildings, key=lambda one: one["code"]), fillvalue=None):
            building_no += there is not None
            cells = _building_cells(town, there) | {"building_no": building_no} if there else {}
            notes = [part["note"] for part in (land, cells) if part and part["note"]]
            rows.append({**(land or {}), **cells, "note": " ".join(dict.fromkeys(notes))})
    return rows


def _place(town: Town, parcel: Row) -> dict[str, Any]:
    return {"place": town.place(parcel), "note": f"ปลูกบนแปลง {parcel['code']}"}


def _land_cells(town: Town, parcel: Row, buildings: Sequence[Row]) -> dict[str, Any]:
    rai, ngan, wah = rai_ngan_wah(parcel["deed_area_sqwah"] or 0)
    areas = _resolved(town, parcel, buildings)
    whole = {f"land_{COLUMN_OF_USE.get(use, MIXED)}_sqwah": parcel["deed_area_sqwah"] for use in areas}
    if len(areas) > 1:
        whole = {f"land_{MIXED}_sqwah": parcel["deed_area_sqwah"]}
    parts = ", ".join(f"{town.use(use)} {area:,.2f}" for use, area in areas.items()) if len(areas) > 1 else ""
    return {
        **_document(town, parcel),
        "land_no": parcel["land_no"],
        "rai": rai,
        "ngan": ngan,
        "wah": float(wah),
        **whole,
        "note": " ".join(filter(None, (parts, _reason(town, "parcel", parcel)))),
    }


def _resolved(town: Town, parcel: Row, buildings: Sequence[Row]) -> dict[str, float]:
    """Return area by class of use; land that follows its building takes the building's classes."""
    areas = dict(town.uses.get(parcel["uid"], {}))
    following = areas.pop("from_building", 0)
    classes = sorted({use for one in buildings for use in town.uses.get(one["uid"], {})})
    for use in classes if following else []:
        areas[use] = areas.get(use, 0) + following / len(classes)
    return areas


def _document(town: Town, parcel: Row) -> dict[str, Any]:
    return {
        "document": town.label("parcel", "doc_type", parcel["doc_type"]),
        "doc_no": parcel["doc_no"] or parcel["code"],
        "survey_no": parcel["survey_no"],
        "place": town.place(parcel),
    }


def _reason(town: Town, register: str, row: Row) -> str:
    return town.label(register, "exempt_reason", row["exempt_reason"])


def _building_cells(town: Town, building: Row) -> dict[str, Any]:
    house = town.rows["house"].get(building["house_uid"] or "", {})
    age = max(town.year_be - building["built_be"], 0) if building["built_be"] else None
    return {
        "house_no": house.get("house_no"),
        **_kind_of(town, building),
        "m2": building["area_m2"],
        **{f"building_{COLUMN_OF_USE[use]}_m2": area for use, area in town.uses[building["uid"]].items()},
        "age": age,
        "note": _reason(town, "building", building),
    }


def _kind_of(town: Town, building: Row) -> dict[str, Any]:
    code, name = building["type_code"] or "", town.label("building", "type_code", building["type_code"])
    return {
        "building_type": name if name == code else f"{code} {name}",
        "material": town.label("building", "material", building["material"]),
    }


def condo_units(town: Town, units: Sequence[Row], persons: set[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of ภ.ด.ส.4; of ``persons`` only, where given."""
    rows: list[dict[str, Any]] = []
    for unit in units:
        if not town.is_of(unit["uid"], persons):
            continue
        parcel = town.rows["parcel"].get(unit["parcel_uid"] or "", {})
        use = COLUMN_OF_USE.get(unit["use_class"] or "")
        rows.append(
            {
                **{name: unit[name] for name in ("condo_name", "reg_no", "unit_no")},
                "no": len(rows) + 1,
                "doc_no": parcel.get("doc_no"),
                "survey_no": parcel.get("survey_no"),
                **_district(town.store),
                "m2": unit["area_m2"],
                **({f"{use}_m2": unit["area_m2"]} if use else {}),
                "note": _reason(town, "condo_unit", unit),
            }
        )
    return rows


def _district(store: Store) -> dict[str, str]:
    """Return tambon and amphoe from the office's address."""
    found = district_of(store)
    return {name: found[name] for name in ("tambon", "amphoe")}


def district_of(store: Store) -> dict[str, str]:
    """Return tambon, amphoe and province as the office's address names them."""
    words = str(setting(store, "office.address")).split()
    titles = {"tambon": "ตำบล", "amphoe": "อำเภอ", "province": "จังหวัด"}
    return {
        name: next((word.removeprefix(title) for word in words if word.startswith(title)), "")
        for name, title in titles.items()
    }


def lines_of(store: Store, year_be: int) -> list[dict[str, Any]]:
    """Return the lines of the newest assessment of a year.

    Raises:
        InvalidInput: the year has not been assessed.
    """
    run = newest_run(store, ASSESS, year_be)
    if run is None:
        raise InvalidInput("notice.no_run", field="year_be", year=year_be)
    return store.rows("assessment_line", "run_uid = ?", [run["uid"]])


def appraised_land(
    town: Town, parcels: Sequence[Row], lines: Sequence[Row], keys: set[str] | None
) -> list[dict[str, Any]]:
    """Return the rows of ภ.ด.ส.1: a row a parcel, taxpayer and use, its buildings below one another."""
    of_parcel: dict[str, list[Row]] = defaultdict(list)
    whole: dict[str, int] = defaultdict(int)
    for line in lines:
        object_uid = line["parcel_uid"] or line["building_uid"]
        if object_uid:
            building = town.rows["building"].get(line["building_uid"] or "", {})
            of_parcel[line["parcel_uid"] or building.get("parcel_uid", "")].append(line)
            whole[object_uid] += line["value_satang"]

    def key(line: Row) -> tuple[str, str, str, float]:
        return line["assessment_uid"], line["use_class"], line["rate_row"], line["cut_pct"]

    rows: list[dict[str, Any]] = []
    number = 0
    for parcel in parcels:
        own = [line for line in of_parcel[parcel["uid"]] if keys is None or line["assessment_uid"] in keys]
        for _, group in groupby(sorted(own, key=key), key=key):
            number += 1
            rows += _appraised(town, parcel, list(group), whole, number)
    building_no = 0
    for row in rows:
        if "building_type" in row:
            building_no += 1
            row["building_no"] = building_no
    return rows


def _appraised(
    town: Town, parcel: Row, group: Sequence[Row], whole: Mapping[str, int], number: int
) -> Iterator[dict[str, Any]]:
    land = next((line for line in group if line["parcel_uid"]), None)
    buildings = [line for line in group if line["building_uid"]]
    first: dict[str, Any] = {"no": number, **_document(town, parcel), "use": town.use(group[0]["use_class"])}
    if land:
        rai, ngan, wah = rai_ngan_wah(parcel["deed_area_sqwah"] or 0)
        price = json.loads(land["trace"])["worth"]["price_satang"]
        value = {"land_price_satang": price, "land_value_satang": whole[parcel["uid"]]}
        first |= {"rai": rai, "ngan": ngan, "wah": float(wah), "sqwah": parcel["deed_area_sqwah"], **value}
    first["whole_satang"] = sum(whole[line["parcel_uid"] or line["building_uid"]] for line in group)
    for name in ("value", "exempt", "base"):
        first[f"{name}_satang"] = sum(line[f"{name}_satang"] for line in group)
    first["rate"] = ", ".join(f"{rate:.2f}" for rate in rates_of(group))
    for row, line in zip_longest([first], buildings, fillvalue=None):
        yield (row or {}) | (_appraised_building(town, line, whole) if line else {})


def _appraised_building(town: Town, line: Row, whole: Mapping[str, int]) -> dict[str, Any]:
    building, trace = town.rows["building"][line["building_uid"]], json.loads(line["trace"])
    kept, value = PER_CENT - trace["worth"]["depreciation_pct"], whole[line["building_uid"]]
    gross = round(Fraction(value * PER_CENT, kept)) if kept else value
    return {
        **_kind_of(town, building),
        "building_use": town.use(line["use_class"]),
        "m2": building["area_m2"],
        "share_pct": trace["share"] * PER_CENT,
        "building_price_satang": trace["worth"]["price_satang"],
        "gross_satang": gross,
        "age": trace["worth"]["age_years"],
        "depreciation_satang": gross - value,
        "building_value_satang": value,
    }


def appraised_condos(
    town: Town, units: Sequence[Row], lines: Sequence[Row], keys: set[str] | None
) -> list[dict[str, Any]]:
    """Return the rows of ภ.ด.ส.2."""
    chosen = {unit["uid"]: unit for unit in units}
    rows: list[dict[str, Any]] = []
    for line in lines:
        unit = chosen.get(line["condo_unit_uid"] or "")
        if unit is None or (keys is not None and line["assessment_uid"] not in keys):
            continue
        parcel = town.rows["parcel"].get(unit["parcel_uid"] or "", {})
        rows.append(
            {
                **{name: unit[name] for name in ("condo_name", "reg_no", "unit_no")},
                "no": len(rows) + 1,
                "place": town.place(parcel),
                "use": town.use(line["use_class"]),
                "m2": line["area"],
                "price_satang": unit["price_satang_per_m2"],
                **{f"{name}_satang": line[f"{name}_satang"] for name in ("value", "exempt", "base")},
                "rate": ", ".join(f"{rate:.2f}" for rate in rates_of([line])),
            }
        )
    return rows
