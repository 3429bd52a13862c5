"""How many plants or how much room for animals make land agricultural: the shipped tables by tax year."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from donhan_gis.errors import NoLawForDate
from donhan_gis.paths import DATA

SQWAH_PER_RAI = 400
FARM = DATA / "farm"


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant with its least number per rai in a span of tax years; ``unsure`` says why to look again."""

    code: str
    th: str
    en: str
    per_rai: int
    from_be: int
    until_be: int | None
    note: str
    source: str
    unsure: str

    def least(self, area_sqwah: float) -> int:
        """Return the least number of plants on an area, a part of a plant counting as none.

        Source: notification of 30 Jan 2563, table of plants.
        """
        return int(self.per_rai * Decimal(str(area_sqwah)) / SQWAH_PER_RAI)


@dataclass(frozen=True, slots=True)
class Animal:
    """Animals with the room each needs: m² of pen, rai of land; None where the table gives none."""

    code: str
    th: str
    en: str
    pen_m2: Decimal | None
    rai: Decimal | None
    note: str
    source: str
    unsure: str


@cache
def plants(year_be: int) -> Mapping[str, Plant]:
    """Return the plants with a least number per rai in a tax year, by code.

    Source: notification of 30 Jan 2563; No. 2 of 31 Jan 2566.

    >>> plants(2565)["timber"].per_rai, plants(2566)["timber"].per_rai
    (100, 30)

    Raises:
        NoLawForDate: no table holds in that year.
    """
    return {row["code"]: _plant(row) for row in _rows("minimum_plants.csv", year_be)}


@cache
def animals(year_be: int) -> Mapping[str, Animal]:
    """Return the animals of the table in a tax year, by code.

    Source: notification of 30 Jan 2563.

    Raises:
        NoLawForDate: no table holds in that year.
    """
    return {row["code"]: _animal(row) for row in _rows("minimum_animals.csv", year_be)}


def _rows(name: str, year_be: int) -> list[dict[str, str]]:
    with (FARM / name).open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    held = [row for row in every if int(row["from_be"]) <= year_be <= int(row["until_be"] or year_be)]
    if not held:
        first = min(row["from_be"] for row in every)
        titles = {"parameter_th": "เกณฑ์ขั้นต่ำของการเกษตร", "parameter_en": "agricultural minimum"}
        raise NoLawForDate("law.none", field="year_be", **titles, date=year_be, available=f"{first} –")
    return held


def _plant(row: Mapping[str, str]) -> Plant:
    texts = (row["code"], row["th"], row["en"], int(row["plants_per_rai"]), int(row["from_be"]))
    until = int(row["until_be"]) if row["until_be"] else None
    return Plant(*texts, until, row["note"], row["source"], row["unsure"])


def _animal(row: Mapping[str, str]) -> Animal:
    pen, rai = (Decimal(row[name]) if row[name] else None for name in ("pen_m2_each", "rai_each"))
    return Animal(row["code"], row["th"], row["en"], pen, rai, row["note"], row["source"], row["unsure"])
