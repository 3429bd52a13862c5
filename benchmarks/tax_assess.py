"""Time the land and building tax kernel on invented municipalities, beside a plain loop in Python and OpenFisca.

    python benchmarks/tax_assess.py [--parcels 10000 100000 1000000] [--loop-up-to 100000] [--seed 1]

One municipality of 10,000 parcels at a time, as the kernel is meant to be used; the trace (values, exemptions, bases,
slices' inputs, cuts and lines in satang) is always made, and kept until the next municipality. The loop computes the
same bills with Decimal and is compared satang by satang. OpenFisca is timed only where ``openfisca_core`` can be
imported (it is no dependency of ours): the model of ``openfisca_model.py`` has the same rules and gives bills and the
tax and exemption of each line. "simulation" is OpenFisca alone, all parcels in one, its groups handed to it; "with
groups" counts finding homes and bases too, which our kernel's time holds as well. Rounds take turns; medians.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal, getcontext
from typing import Any

import numpy as np

from donhan_gis import law
from donhan_gis.tax.appraisal import MATERIALS, building_value, depreciation_pct, land_value
from donhan_gis.tax.columns import (
    BUILDING,
    FARM,
    HOME,
    HOME_BUILDING,
    NONE,
    OTHER_USE,
    PARCEL,
    RESIDENCE,
    ROWS,
    Members,
    Municipality,
    Objects,
    Registered,
    Taxpayers,
    Uses,
)
from donhan_gis.tax.land_building import assess
from donhan_gis.tax.rules import Rules, rules_of

TOWN = 10_000  # parcels of one municipality
TITLES = (
    *("parcels", "lines", "kernel with trace, s", "lines/s", "MB above input", "Decimal loop, s", "same bills"),
    *("OpenFisca simulation, s", "with groups, s", "slower than ours", "its bills not exact"),
)
EMPTY = len(ROWS) - 1


def municipality(parcels_n: int, seed: int) -> Municipality:
    """Invent a town: skewed ownership, one parcel in four mixed, two in three built on, some touching, some vacant."""
    dice = np.random.default_rng(seed)
    owners_n = max(parcels_n * 6 // 10, 1)
    owner = np.minimum((owners_n * dice.power(0.6, parcels_n)).astype(np.int64), owners_n - 1)
    area = (dice.lognormal(5.5, 1.0, parcels_n) * 100).astype(np.int64) + 100
    price = dice.choice([250, 500, 1_200, 4_000, 20_000], parcels_n, p=[0.3, 0.3, 0.2, 0.15, 0.05]) * 100
    under = np.sort(dice.choice(parcels_n, parcels_n * 2 // 3, replace=False))
    houses_n = len(under)
    material, age = dice.integers(0, len(MATERIALS), houses_n), dice.integers(0, 50, houses_n)
    lost = depreciation_pct(law.at(2569), material, age)
    floor = (dice.lognormal(4.6, 0.5, houses_n) * 100).astype(np.int64)
    house_price = dice.choice([6_000, 8_000, 9_000], houses_n) * 100
    house_owner = np.where(dice.random(houses_n) < 0.85, owner[under], dice.integers(0, owners_n, houses_n))
    group = np.where(dice.random(parcels_n) < 0.15, owner, NONE)
    since = np.where(dice.random(parcels_n) < 0.3, 2563, 0)
    both = parcels_n + houses_n

    def column(of_land: object, of_houses: object) -> np.ndarray:
        parts = np.broadcast_to(of_land, parcels_n), np.broadcast_to(of_houses, houses_n)
        return np.concatenate(parts).astype(np.int64)

    objects = Objects(
        kind=column(PARCEL, BUILDING),
        taxpayer=column(owner, house_owner),
        value=column(land_value(area, price), building_value(floor, house_price, lost)),
        parcel=column(NONE, under),
        lao=np.full(both, 400113),
        group=column(group, NONE),
        vacant_since_be=column(since, 0),
        relief=np.full(both, NONE),
        floor=column(0, floor),
        exempt=np.zeros(both, np.bool_),
        entitled=np.ones(both, np.bool_),
    )
    natural = (dice.random(owners_n) > 0.12).astype(np.int64)
    persons = np.arange(owners_n)
    alone, nobody = np.ones(owners_n, np.int64), np.zeros(0, np.int64)
    _, first_house = np.unique(house_owner, return_index=True)  # a person is in one house registration
    lived_in = first_house[natural[house_owner[first_house]] == 1]
    return Municipality(
        objects,
        invented_uses(dice, parcels_n, under),
        Taxpayers(alone, natural, persons, np.full(owners_n, NONE)),
        Members(nobody, nobody),
        Registered(parcels_n + lived_in, house_owner[lived_in]),
    )


def invented_uses(dice: np.random.Generator, parcels_n: int, under: np.ndarray) -> Uses:
    """Return uses: built-on land mostly lived on, the rest farmed or vacant, a quarter shared by two uses."""
    built_on = np.zeros(parcels_n, np.bool_)
    built_on[under] = True
    first = np.where(
        built_on, dice.choice([1, 2], parcels_n, p=[0.85, 0.15]), dice.choice([0, 3], parcels_n, p=[0.8, 0.2])
    )
    mixed = np.flatnonzero(dice.random(parcels_n) < 0.25)
    cut = dice.integers(1_000, 9_000, len(mixed))
    share = np.full(parcels_n, 10_000)
    share[mixed] = cut
    second = np.where(first[mixed] == 0, 1, 0)
    gap = dice.integers(0, 2, len(mixed))  # the hundredth that cutting to two decimals loses
    house_use = dice.choice([1, 2, 0], len(under), p=[0.8, 0.15, 0.05])
    rows = np.concatenate([np.arange(parcels_n), mixed, parcels_n + np.arange(len(under))])
    order = np.argsort(rows, kind="stable")
    classes = np.concatenate([first, second, house_use])
    shares = np.concatenate([share, 10_000 - cut - gap, np.full(len(under), 10_000)])
    return Uses(rows[order], classes[order].astype(np.int64), shares[order].astype(np.int64))


def loop(town: Municipality, rules: Rules) -> dict[int, Decimal]:
    """Compute the bills with plain Python and Decimal, object by object: what most offices' programs do."""
    table = {name: getattr(town.objects, name).tolist() for name in ("kind", "taxpayer", "value", "parcel", "group")}
    since = town.objects.vacant_since_be.tolist()
    natural = town.taxpayers.natural_n.tolist()
    row_of = residences(town, table)
    bases: dict[tuple[int, int, tuple[str, int], int], Decimal] = defaultdict(Decimal)
    farms: dict[tuple[int, tuple[str, int]], dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for thing, use, share in shares_of(town, rules, row_of):
        row = (FARM, row_of.get(thing, RESIDENCE), OTHER_USE, EMPTY)[use]
        owner = table["taxpayer"][thing]
        land = thing if table["kind"][thing] == PARCEL else table["parcel"][thing]
        own_land = table["taxpayer"][land] == owner
        place = ("group", table["group"][land]) if own_land and table["group"][land] != NONE else ("parcel", land)
        value = Decimal(table["value"][thing]) * share / 10**8
        step = max((rules.year_be - max(since[thing], 2563)) // 3, 0) if use == 3 and since[thing] else 0
        bases[owner, row, place, step] += value
        if row == FARM:
            farms[owner, place][land] += value
    return totals(bases, farm_exemptions(farms, natural), rules)


def residences(town: Municipality, table: dict[str, list[int]]) -> dict[int, int]:
    best: dict[int, int] = {}
    groups, owners = table["group"], table["taxpayer"]

    def place(land: int) -> tuple[int, int]:
        return (owners[land], groups[land]) if groups[land] != NONE else (NONE, land)

    for house, person in zip(town.registered.object.tolist(), town.registered.person.tolist(), strict=True):
        if person not in best or table["value"][house] > table["value"][best[person]]:
            best[person] = house
    rows: dict[int, int] = {}
    homes = set()
    for house, person in zip(town.registered.object.tolist(), town.registered.person.tolist(), strict=True):
        land = table["parcel"][house]
        if place(land) != place(table["parcel"][best[person]]):
            continue
        rows[house] = HOME if owners[land] == person else HOME_BUILDING
        if owners[land] == person:
            rows[land] = HOME
            homes.add(place(land))
    pairs = zip(town.uses.object.tolist(), town.uses.use_class.tolist(), strict=True)
    lived = {table["parcel"][thing] for thing, use in pairs if use == 1 and table["kind"][thing] == BUILDING}
    for land, group in enumerate(groups):
        if table["kind"][land] == PARCEL and group != NONE and land not in lived and place(land) in homes:
            rows[land] = HOME
    return rows


def shares_of(town: Municipality, rules: Rules, row_of: dict[int, int]) -> Iterator[tuple[int, int, int]]:
    by_object: dict[int, list[tuple[int, int]]] = defaultdict(list)
    columns = (part.tolist() for part in (town.uses.object, town.uses.use_class, town.uses.share))
    for thing, use, share in zip(*columns, strict=True):
        by_object[thing].append((use, share))
    for thing, uses in by_object.items():
        missing = 10_000 - sum(share for _, share in uses)
        rank = [
            (int(rules.first_rate[(FARM, row_of.get(thing, RESIDENCE), OTHER_USE, EMPTY)[use]]), use) for use, _ in uses
        ]
        lowest = rank.index(min(rank))
        for place, (use, share) in enumerate(uses):
            yield thing, use, share + (missing if place == lowest else 0)


def farm_exemptions(farms, natural):  # type: ignore[no-untyped-def]
    by_owner = defaultdict(list)
    for (owner, place), parcels in farms.items():
        whole = sum(parcels.values())
        by_owner[owner] += [(-value, -whole, place) for value in parcels.values()]
    exempt = defaultdict(Decimal)
    for owner, parcels in by_owner.items():
        left = Decimal(50_000_000_00 if natural[owner] else 0)
        for value, _, place in sorted(parcels):
            taken = min(left, -value)
            exempt[owner, place] += taken
            left -= taken
    return exempt


def totals(bases, farm_exempt, rules):  # type: ignore[no-untyped-def]
    caps = {HOME: Decimal(50_000_000_00), HOME_BUILDING: Decimal(10_000_000_00)}
    whole = defaultdict(Decimal)
    for (owner, row, place, _), value in bases.items():
        whole[owner, row, place] += value
    bills: dict[int, Decimal] = defaultdict(Decimal)
    for (owner, row, place, step), value in bases.items():
        base = whole[owner, row, place]
        exempt = farm_exempt[owner, place] if row == FARM else min(base, caps.get(row, Decimal(0)))
        taxable = base - exempt
        tax = Decimal(0)
        for low, high, rate in zip(
            rules.floor[row].tolist(), rules.ceil[row].tolist(), rules.rate[row].tolist(), strict=True
        ):
            tax += max(min(taxable, high) - low, Decimal(0)) * min(rate + 3_000 * step, 30_000)
        bills[owner] += tax * value / base / 10**6 if value != base else tax / 10**6
    return {owner: bill.quantize(Decimal(1), ROUND_HALF_UP) for owner, bill in bills.items()}


def openfisca() -> Any:
    """Return the OpenFisca model, or None where the library is not installed."""
    try:
        import openfisca_model
    except ImportError:
        return None
    return openfisca_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--loop-up-to", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    getcontext().prec = 60
    rules = rules_of(law.at(2569))
    print("| " + " | ".join(TITLES) + " |")
    print("|" + "---|" * len(TITLES))
    for parcels_n in options.parcels:
        print("| " + " | ".join(measure(parcels_n, options, rules)) + " |")


def measure(parcels_n: int, options: argparse.Namespace, rules: Rules) -> list[str]:
    """Return one row of the table."""
    sizes = [min(TOWN, parcels_n - first) for first in range(0, parcels_n, TOWN)]
    towns = [municipality(size, options.seed + number) for number, size in enumerate(sizes)]
    before = peak_mb()
    lines = sum(len(assess(town, rules).lines.tax) for town in towns)
    above = peak_mb() - before
    peer = openfisca()
    system = peer.system(rules) if peer else None
    taken: dict[str, list[float]] = defaultdict(list)
    for _ in range(options.rounds):
        with clock(taken["kernel"]):
            for town in towns:
                assess(town, rules)
        if peer:
            with clock(taken["groups"]):
                whole = peer.whole_country([peer.joined(town, rules) for town in towns])
            with clock(taken["openfisca"]):
                bills, _ = peer.simulate(system, whole)
    middle = {name: statistics.median(times) for name, times in taken.items()}
    kernel = middle["kernel"]
    row = [f"{parcels_n:,}", f"{lines:,}", f"{kernel:.3f}", f"{lines / kernel:,.0f}", f"{above:.0f}"]
    row += beside_the_loop(towns, rules) if parcels_n <= options.loop_up_to else ["–", "–"]
    if not peer:
        return [*row, "not installed", "–", "–", "–"]
    alone, both = middle["openfisca"], middle["openfisca"] + middle["groups"]
    ratios = f"{alone / kernel:.1f}× / {both / kernel:.1f}×"
    return [*row, f"{alone:.3f}", f"{both:.3f}", ratios, off_by(bills, towns, rules)]


def beside_the_loop(towns: list[Municipality], rules: Rules) -> list[str]:
    """Return the loop's time and whether its bills are ours."""
    taken: list[float] = []
    with clock(taken):
        bills = [loop(town, rules) for town in towns]
    ours = [assess(town, rules).bill.tolist() for town in towns]
    wrong = sum(mine[owner] != bill for mine, own in zip(ours, bills, strict=True) for owner, bill in own.items())
    return [f"{taken[0]:.2f}", "yes" if not wrong else f"{wrong} differ"]


def off_by(bills: np.ndarray, towns: list[Municipality], rules: Rules) -> str:
    """Return how many of OpenFisca's bills are not ours, and the worst."""
    results = [assess(town, rules) for town in towns]
    exact = np.concatenate([result.bill[np.unique(result.bases.taxpayer)] for result in results])
    wrong = np.abs(np.round(bills.astype(np.float64) * 100) - exact)
    return f"{np.count_nonzero(wrong) / len(exact):.1%}, worst {wrong.max() / 100:.2f} baht"


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def clock(taken: list[float]) -> Iterator[None]:
    """Append the seconds that a block takes."""
    start = time.perf_counter()
    yield
    taken.append(time.perf_counter() - start)


if __name__ == "__main__":
    main()
