"""Values the assessment reads, checked on the way in: what cannot be right is told as a finding and not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from donhan_gis import settings
from donhan_gis.field import Field, problems
from donhan_gis.finding import Finding, Severity
from donhan_gis.store import Store
from donhan_gis.tax.columns import NONE
from donhan_gis.thai import person_id_ok

Row = Mapping[str, Any]
SATANG = 100
NATURAL = "NAT"


class Input:
    """Collects findings while the roll is read; their labels are looked up together at the end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.seen: dict[tuple[str, str, str, str], tuple[Severity, dict[str, Any]]] = {}
        self.fields: dict[tuple[str, str], Field] = {}
        self.limits = {key: float(settings.value_of(key, store.setting(key))) for key in _LIMITS.values()}

    def add(
        self, code: str, register: str, row: Row, severity: Severity = "warning", *, field: str = "", **values: Any
    ) -> None:
        """Remember a finding on a row."""
        self.seen[code, register, row["uid"], field] = (severity, values)

    def area(self, register: str, row: Row, name: str) -> float:
        """Return an area within its declared limits; NONE, and a finding, where it is not."""
        value = row[name]
        if value is None:
            self.add("assess.no_area", register, row, "error", field=name)
            return NONE
        if not self._fits(register, row, name):
            return NONE
        self._absurd(register, row, name, float(value))
        return float(value)

    def money(self, register: str, row: Row, name: str) -> int:
        """Return a price in satang within its declared limits; NONE, and a finding, where it is not."""
        value = row[name]
        if value is None or not self._fits(register, row, name):
            return NONE
        if value == 0:
            self.add("assess.price_zero", register, row, field=name)
        self._absurd(register, row, name, value / SATANG)
        return int(value)

    def age_years(self, building: Row, year_be: int) -> int | None:
        """Return a building's age on 1 January, a part of the first year counting as a whole one."""
        if building["built_be"] is None or not self._fits("building", building, "built_be"):
            self.add("assess.no_age", "building", building, "error")
            return None
        return int(max(year_be - building["built_be"], 0))

    def _fits(self, register: str, row: Row, name: str) -> bool:
        """Tell whether a value is of its kind and within the limits that the register declares."""
        value = row[name]
        if (register, name) not in self.fields:
            self.fields[register, name] = self.store.registers[register].field(name)
        field = self.fields[register, name]
        if isinstance(value, int | float) and (field.minimum or 0) <= value <= (field.maximum or value):
            return True
        wrong = problems(field, value)
        if wrong:
            title = {"th": field.th, "en": field.en}
            self.add("assess.bad_value", register, row, "error", field=name, title=title, value=str(value))
        return not wrong

    def _absurd(self, register: str, row: Row, name: str, value: float) -> None:
        """Tell a value that is possible but above what the office expects."""
        key = _LIMITS.get((register, name))
        if key and value > self.limits[key]:
            title = {"th": settings.declared()[key].th, "en": settings.declared()[key].en}
            self.add("assess.too_high", register, row, field=name, title=title, limit=f"{self.limits[key]:,.0f}")

    def findings(self) -> list[Finding]:
        """Return what was told, with the labels of the rows."""
        wanted: dict[str, set[str]] = {}
        for _, register, uid, _ in self.seen:
            wanted.setdefault(register, set()).add(uid)
        labels = {register: self.store.titles_of(register, uids) for register, uids in wanted.items()}
        return [
            Finding(
                code, severity, register=register, row_uid=uid, row_label=labels[register].get(uid, ""), field=field,
                values=values,
            )
            for (code, register, uid, field), (severity, values) in self.seen.items()
        ]  # fmt: skip


_LIMITS = {
    ("parcel", "deed_area_sqwah"): "assess.parcel_max_sqwah",
    ("land_price", "price_satang_per_sqwah"): "assess.land_price_max_baht",
    ("area_price", "price_satang_per_sqwah"): "assess.land_price_max_baht",
    ("building_price", "price_satang_per_m2"): "assess.building_price_max_baht",
    ("condo_unit", "price_satang_per_m2"): "assess.building_price_max_baht",
    ("building", "area_m2"): "assess.building_max_m2",
}


def told_persons(told: Input, owners: Sequence[str], persons: Mapping[str, Row], day: str) -> None:
    """Tell owners who cannot be billed as they stand: a number that fails its check digit, or dead before the day.

    Source: Act s.9 (owner on 1 January), s.47 (estate manager or heirs of the dead).
    """
    for uid in owners:
        person = persons[uid]
        if person["id_no"] and not person_id_ok(str(person["id_no"])):
            told.add("assess.bad_id_no", "person", person, field="id_no")
        if person["kind"] == NATURAL and person["died_on"] and person["died_on"] < day:
            told.add("assess.owner_dead", "person", person, field="died_on")


def told_shares(told: Input, held: Sequence[tuple[str, Row, Sequence[Row]]]) -> None:
    """Tell property whose owners' shares do not add up to the whole; ``held``: register, row and its ownership rows."""
    for register, row, rights in held:
        if len(rights) == 1 and rights[0]["share_num"] == rights[0]["share_den"] == 1:
            continue
        total = Fraction(0)
        for right in rights:
            whole = right["share_den"]
            sound = isinstance(whole, int) and whole > 0 and isinstance(right["share_num"], int)
            total += Fraction(right["share_num"], whole) if sound else 0
        if total != 1:
            told.add("assess.shares", register, row, share=f"{total.numerator}/{total.denominator}")
