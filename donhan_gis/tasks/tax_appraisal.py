"""What each object on the tax roll is worth: prices as of 1 January, depreciation, ponds, high-voltage strips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from donhan_gis.errors import DeclarationError
from donhan_gis.law import PERCENT, Law
from donhan_gis.parcels.strips import Areas, corridor, lowered_m2, together
from donhan_gis.store import Store
from donhan_gis.tasks.tax_input import Input
from donhan_gis.tax.appraisal import (
    AREA_SCALE,
    MATERIALS,
    building_value,
    depreciation_pct,
    lowered_land_value,
)
from donhan_gis.tax.columns import MAX_VALUE, NONE, VALUE_SCALE, column
from donhan_gis.tax.exact import Ints

Row = Mapping[str, Any]
AREA = "appraisal."
VALID = "(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)"
FACTORS = ("pond", "high_voltage")


@dataclass(frozen=True, slots=True)
class Worth:
    """How an object's value came about; area in sq.wah (land) or m², money in satang, NONE where unknown.

    ``basis`` says where a land price comes from: the Treasury's list, a compared parcel, or the administrative area.
    ``pond_sqwah`` and ``strip_sqwah`` are what counts at the lowered price.
    """

    area: float
    price_satang: int
    age_years: int = 0
    depreciation_pct: int = 0
    basis: str = ""
    pond_sqwah: float = 0
    strip_sqwah: float = 0


def hundredths(value: float | None) -> int:
    """Return an area in 1/100 of its unit; NONE where there is no area."""
    return NONE if value is None else round(value * AREA_SCALE)


def worth_of(store: Store, rows: Sequence[tuple[str, Row]], law: Law, day: str, told: Input) -> list[Worth]:
    """Return how the value of each object comes about; what cannot be used is told and unknown."""
    land, kinds = _LandPrices(store, law, day, told), _building_prices(store, day, told)
    lowered = [share.tolist() for share in _lowered(store, rows, law, told)]
    aged = _aged(rows, law, told)

    def of(place: int, name: str, row: Row) -> Worth:
        if name == "parcel":
            price, basis = land.of(row)
            area = told.area(name, row, "deed_area_sqwah")
            pond, strip = (part[place] and round(part[place] * max(area, 0), 2) for part in lowered)
            return Worth(area, price, 0, 0, basis, pond, strip)
        area = told.area(name, row, "area_m2")
        if name == "condo_unit":
            return Worth(area, told.money(name, row, "price_satang_per_m2"))
        if place not in aged:
            return Worth(area, NONE)
        return Worth(area, kinds.get(row["type_code"], NONE), *aged[place])

    return [of(place, name, row) for place, (name, row) in enumerate(rows)]


def _aged(rows: Sequence[tuple[str, Row]], law: Law, told: Input) -> dict[int, tuple[int, int]]:
    """Return age in years and depreciation in percent of the buildings whose material and year are known."""
    ages: dict[int, tuple[int, int]] = {}
    for place, (name, row) in enumerate(rows):
        age = told.age_years(row, law.year_be) if name == "building" else None
        if age is not None and row["material"] in MATERIALS:
            ages[place] = (MATERIALS.index(row["material"]), age)
        elif age is not None:
            told.add("assess.no_material", name, row, "error", field="material")
    materials, years = (column([pair[i] for pair in ages.values()]) for i in range(2))
    lost = depreciation_pct(law, materials, years).tolist()
    return {place: (age, share) for (place, (_, age)), share in zip(ages.items(), lost, strict=True)}


def values_of(rows: Sequence[tuple[str, Row]], worth: Sequence[Worth], law: Law) -> Ints:
    """Return the value of each object in 1/10,000 satang, NONE where unknown."""
    area = column([hundredths(one.area) if one.area >= 0 else NONE for one in worth])
    price = column([one.price_satang for one in worth])
    share = column([one.depreciation_pct for one in worth])
    is_land = np.array([name == "parcel" for name, _ in rows], dtype=bool)
    # Beyond what 64 bits hold the product would wrap round to a likely figure; such an object must be refused.
    too_large = area.astype(np.float64) * price * (VALUE_SCALE / AREA_SCALE) > MAX_VALUE
    area = np.where(too_large, 0, area)
    parts = [column([hundredths(getattr(one, name)) for one in worth]) for name in ("pond_sqwah", "strip_sqwah")]
    lowered = [(np.where(too_large, 0, part), factor_pct(law, name)) for name, part in zip(FACTORS, parts, strict=True)]
    value = np.where(is_land, lowered_land_value(area, price, lowered), building_value(area, price, share))
    return np.where(too_large, MAX_VALUE + 1, value)


def factor_pct(law: Law, name: str) -> int:
    """Return the percent of the price at which ponds or strips count.

    Raises:
        DeclarationError: a law file gives a fraction of a percent, which the columns do not hold.
    """
    percent: Fraction = law.percent(f"{AREA}factor.{name}") * PERCENT
    if percent.denominator != 1:
        raise DeclarationError("tax.too_fine", file=law.value(f"{AREA}factor.{name}").file, key=name, steps=PERCENT)
    return percent.numerator


def _of_day(store: Store, register: str, day: str) -> list[dict[str, Any]]:
    """Return the prices that hold on a day, the one that began last at the end."""
    return store.rows(register, VALID, [day, day], order="coalesce(valid_from, '')")


def _building_prices(store: Store, day: str, told: Input) -> dict[str, int]:
    rows = _of_day(store, "building_price", day)
    return {row["type_code"]: told.money("building_price", row, "price_satang_per_m2") for row in rows}


class _LandPrices:
    """Land prices by parcel, and by administrative area for the documents that the regulation names.

    Source: ministerial regulation 26 Dec 2562: title deeds and N.S.3 K. without a price are compared with a near
    parcel (an officer declares the price), other documents take the price of their area.
    """

    def __init__(self, store: Store, law: Law, day: str, told: Input) -> None:
        price = "price_satang_per_sqwah"
        self.own = {
            row["parcel_uid"]: (told.money("land_price", row, price), row.get("basis") or "treasury")
            for row in _of_day(store, "land_price", day)
        }
        self.by_area = {
            row["village_uid"]: told.money("area_price", row, price) for row in _of_day(store, "area_price", day)
        }
        self.compared = {str(code) for code in law.series(AREA + "fallback.compared_documents")}

    def of(self, parcel: Row) -> tuple[int, str]:
        """Return a parcel's price in satang per sq.wah and its basis; NONE where the law gives none."""
        if parcel["uid"] in self.own:
            return self.own[parcel["uid"]]
        if parcel["doc_type"] in self.compared:
            return NONE, "compared"
        price = self.by_area.get(parcel["village_uid"], self.by_area.get(None, NONE))
        return price, "area"


def _lowered(store: Store, rows: Sequence[tuple[str, Row]], law: Law, told: Input) -> list[Areas]:
    """Return the share of each parcel in deep ponds and in high-voltage strips; ground in both counts as pond.

    The share drawn is applied to the area of the document.

    Source: ministerial regulation 26 Dec 2562; ``appraisal.setting.lowered_prices`` so that nothing is cut twice.
    """
    nothing = [np.zeros(len(rows)) for _ in FACTORS]
    if law.choice(AREA + "setting.lowered_prices") != "cut":
        return nothing
    ponds, lines, sides = _deep_ponds(store, law), *_lines(store, law, told)
    land = [i for i, (name, row) in enumerate(rows) if name == "parcel" and row["geom"] is not None]
    if not land or not (len(ponds) or len(lines)):
        return nothing
    shapes = np.array([rows[i][1]["geom"] for i in land], dtype=object)
    drawn = np.array([shape.area for shape in shapes])
    for share, part in zip(nothing, lowered_m2(shapes, [together(ponds), corridor(lines, sides)]), strict=True):
        share[land] = np.clip(part / np.where(drawn > 0, drawn, 1), 0, 1)
    return nothing


def _deep_ponds(store: Store, law: Law) -> Any:
    deeper = law.whole(AREA + "factor.pond_deeper_than_m")
    rows = store.rows("pond", "depth_m > ? AND geom IS NOT NULL", [deeper], geometry=True)
    return np.array([row["geom"] for row in rows], dtype=object)


def _lines(store: Store, law: Law, told: Input) -> tuple[Any, Areas]:
    """Return the lines of a legal voltage and how far their strips reach; other voltages are told."""
    side_m = {int(kv): float(metres) for kv, metres in law.table(AREA + "factor.high_voltage_side_m").items()}
    rows = store.rows("high_voltage_line", "geom IS NOT NULL", geometry=True)
    for row in rows:
        if row["kv"] not in side_m:
            told.add(
                "assess.unknown_voltage", "high_voltage_line", row, kv=row["kv"], known=", ".join(map(str, side_m))
            )
    known = [row for row in rows if row["kv"] in side_m]
    lines = np.array([row["geom"] for row in known], dtype=object)
    return lines, np.array([side_m[row["kv"]] for row in known], dtype=np.float64)
