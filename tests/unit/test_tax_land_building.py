"""The land and building tax kernel: bracket tops, exact decimals, properties over invented municipalities."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donhan_gis import law
from donhan_gis.errors import DeclarationError, InvalidInput
from donhan_gis.tax.appraisal import building_value, land_value, lowered_land_value, measured_shares
from donhan_gis.tax.assessment import Assessment
from donhan_gis.tax.brackets import slices
from donhan_gis.tax.columns import (
    BUILDING,
    CLASSES,
    NONE,
    PARCEL,
    ROWS,
    Members,
    Municipality,
    Objects,
    Registered,
    Taxpayers,
    Uses,
    column,
)
from donhan_gis.tax.exact import Exact, apportion, multiply_divide
from donhan_gis.tax.land_building import assess
from donhan_gis.tax.rules import rules_of
from donhan_gis.tax.trace import explain, percent_text

RULES = rules_of(law.at(2569))
MILLION = 100_000_000  # satang
Row = dict[str, int]
Fabric = list[tuple[Row, list[tuple[int, int]]]]


def town(
    rows: list[Row], uses: list[tuple[int, int, int]], people: int = 3, homes: tuple[tuple[int, int], ...] = ()
) -> Municipality:
    """A municipality of natural persons, one taxpayer each; absent columns take their neutral values."""
    plain = {"kind": PARCEL, "taxpayer": 0, "value": 0, "parcel": NONE, "lao": 0, "group": NONE}
    plain |= {"vacant_since_be": 0, "relief": NONE, "floor": 0}
    columns = {name: column([row.get(name, default) for row in rows]) for name, default in plain.items()}
    flags = {
        "exempt": np.array([bool(row.get("exempt")) for row in rows], np.bool_),
        "entitled": np.ones(len(rows), np.bool_),
    }
    ones = np.ones(people, np.int64)
    return Municipality(
        Objects(**columns, **flags),
        Uses(*np.array(uses, np.int64).reshape(-1, 3).T),
        Taxpayers(ones, ones, np.arange(people), np.full(people, NONE)),
        Members(column([]), column([])),
        Registered(*np.array(list(homes), np.int64).reshape(-1, 2).T),
    )


@pytest.mark.parametrize(
    ("row", "tops"),
    [
        ("agriculture", {75: 7_500, 100: 15_000, 500: 215_000, 1_000: 565_000}),
        ("main_home_land_building", {25: 7_500, 50: 20_000}),
        ("main_home_building_only", {40: 8_000, 65: 15_500, 90: 28_000}),
        ("other_residence", {50: 10_000, 75: 17_500, 100: 30_000}),
        ("other_use", {50: 150_000, 200: 750_000, 1_000: 4_750_000, 5_000: 28_750_000}),
        ("vacant", {50: 150_000, 200: 750_000, 1_000: 4_750_000, 5_000: 28_750_000}),
    ],
)
def test_tax_at_the_top_of_each_slice(row: str, tops: dict[int, int]) -> None:
    """Act s.94 and the rate decree, worked out by hand slice by slice."""
    number = np.full(len(tops), ROWS.index(row))
    sliced = slices(column([top * MILLION for top in tops]), number, RULES)
    tax = (sliced * RULES.rate[number]).sum(axis=1) // 1_000_000
    assert tax.tolist() == [baht * 100 for baht in tops.values()]


class TestExact:
    def test_decimals_are_kept_to_the_last(self) -> None:
        amount = Exact.ratio(column([123_456_789_012_345]), 10_000)
        for number, per in ((3_333, 10_000), (3_333, 10_000), (30_000, 1_000_000), (4_250, 10_000)):
            amount = amount.times(column([number]), per)
        exact = (
            Fraction(123_456_789_012_345, 10_000) * Fraction(3_333, 10_000) ** 2 * Fraction(3, 100) * Fraction(17, 40)
        )
        assert amount.fractions() == [exact]

    @given(st.lists(st.tuples(st.integers(0, 10**14), st.integers(0, 10**4)), min_size=1, max_size=30))
    def test_sums_and_differences(self, rows: list[tuple[int, int]]) -> None:
        numbers, shares = (column(list(part)) for part in zip(*rows, strict=True))
        amounts = Exact.ratio(numbers, 10_000).times(shares, 10_000)
        exact = [Fraction(number * share, 10**8) for number, share in rows]
        assert amounts.sums(column([0])).fractions() == [sum(exact)]
        assert amounts.minus(amounts.running()).plus(amounts.running()).fractions() == exact
        assert amounts.half_up().tolist() == [int(value + Fraction(1, 2)) for value in exact]

    @given(st.integers(0, 10**12), st.lists(st.integers(0, 10**15), min_size=1, max_size=20))
    def test_apportion_adds_up_and_is_fair(self, total: int, weights: list[int]) -> None:
        parts = apportion(column([total]), column(weights), np.zeros(len(weights), np.int64))
        if sum(weights):
            assert parts.sum() == total
            fair = [Fraction(total * weight, sum(weights)) for weight in weights]
            assert all(abs(part - share) < 1 for part, share in zip(parts.tolist(), fair, strict=True))

    def test_products_past_64_bits(self) -> None:
        quotient, rest = multiply_divide(column([10**15, 5]), column([10**15 + 1, 7]), column([10**16, 4]))
        assert quotient.tolist() == [10**14, 8]
        assert rest.tolist() == [10**15, 3]


parcels = st.fixed_dictionaries(
    {
        "taxpayer": st.integers(0, 2),
        "value": st.integers(0, 2 * 10**14),
        "group": st.sampled_from([NONE, NONE, 0, 1]),
        "vacant_since_be": st.sampled_from([0, 2563, 2566]),
        "relief": st.sampled_from([NONE, NONE, 0, 1, 9]),
        "lao": st.integers(0, 1),
    }
)
mixes = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50)), min_size=1, max_size=4, unique_by=lambda use: use[0])
places = st.lists(st.tuples(parcels, mixes), min_size=1, max_size=8)


def built(rows: Fabric) -> Municipality:
    areas = [(place, use, area) for place, (_, mix) in enumerate(rows) for use, area in mix]
    shares = measured_shares(*(column(list(part)) for part in zip(*areas, strict=True)), RULES.grid)
    uses = list(zip(shares.object.tolist(), shares.use_class.tolist(), shares.share.tolist(), strict=True))
    return town([row for row, _ in rows], uses)


def exact_bills(result: Assessment) -> list[Fraction]:
    totals = [Fraction(0)] * len(result.bill)
    for base, tax in enumerate(result.tax.fractions()):
        totals[int(result.bases.taxpayer[base])] += result.mixed.get(base, tax)
    return totals


class TestProperties:
    @settings(deadline=None)
    @given(places)
    def test_lines_add_up_to_the_bills_and_values_to_the_objects(self, rows: Fabric) -> None:
        result = assess(built(rows), RULES)
        owner = result.bases.taxpayer[result.parts.base]
        for taxpayer, bill in enumerate(result.bill.tolist()):
            assert result.lines.tax[owner == taxpayer].sum() == bill
            assert abs(bill - exact_bills(result)[taxpayer]) <= Fraction(1, 2)
        exact = sum(result.parts.value.fractions(), Fraction(0))
        assert exact * 10_000 == sum(row["value"] for row, _ in rows)
        assert ((result.lines.exempt >= 0) & (result.lines.exempt <= result.lines.value)).all()

    @settings(deadline=None)
    @given(places)
    def test_order_changes_nothing(self, rows: Fabric) -> None:
        turned = rows[::-1]
        assert exact_bills(assess(built(rows), RULES)) == exact_bills(assess(built(turned), RULES))

    @settings(deadline=None)
    @given(places, st.integers(0, 7), st.integers(1, 10**14))
    def test_more_value_is_never_less_tax(self, rows: Fabric, which: int, more: int) -> None:
        """Only without class cuts: dearer land may shift the farm allowance to or from land with a cut."""
        plain = [({**row, "relief": NONE, "group": NONE}, mix) for row, mix in rows]
        row, mix = plain[which % len(plain)]
        dearer = [
            *plain[: which % len(plain)],
            ({**row, "value": row["value"] + more}, mix),
            *plain[which % len(plain) + 1 :],
        ]
        before, after = (sum(exact_bills(assess(built(one), RULES))) for one in (plain, dearer))
        assert after >= before

    @settings(deadline=None)
    @given(st.integers(1, 10**15), st.integers(0, 100), st.sampled_from([0, 2563, 2566]))
    def test_splitting_touching_vacant_land_changes_no_tax(self, value: int, percent: int, since: int) -> None:
        first = value * percent // 100
        common = {"group": 0, "vacant_since_be": since}
        whole = town([{"value": value, **common}], [(0, CLASSES.index("vacant"), 10_000)])
        halves = town(
            [{"value": first, **common}, {"value": value - first, **common}],
            [(row, CLASSES.index("vacant"), 10_000) for row in (0, 1)],
        )
        assert exact_bills(assess(whole, RULES)) == exact_bills(assess(halves, RULES))


class TestProblems:
    def test_object_without_value_or_use_gets_no_bill_and_holds_its_owner(self) -> None:
        rows = [{"value": NONE}, {"value": 10**12, "taxpayer": 1}, {"value": 10**12, "taxpayer": 2}]
        result = assess(town(rows, [(0, 2, 10_000), (2, 2, 10_000)]), RULES)
        assert [(problem.code, problem.object, problem.bill) for problem in result.problems] == [
            ("tax.no_use", 1, False),
            ("tax.no_value", 0, False),
        ]
        assert result.bill.tolist() == [0, 0, 300_000]
        assert result.held.tolist() == [True, True, False]
        assert result.taxed.tolist() == [False, False, True]

    @pytest.mark.parametrize(
        ("uses", "code"),
        [
            ([(0, 2, 6_000), (0, 3, 4_001)], "tax.shares_over"),
            ([(0, 2, 0)], "tax.bad_use"),
            ([(0, 9, 10_000)], "tax.bad_use"),
            ([(0, 4, 10_000)], "tax.no_building_to_follow"),
        ],
    )
    def test_bad_uses(self, uses: list[tuple[int, int, int]], code: str) -> None:
        result = assess(town([{"value": 10**12}], uses), RULES)
        assert [problem.code for problem in result.problems] == [code]
        assert result.total() == 0

    def test_large_gap_in_shares_is_told(self) -> None:
        result = assess(town([{"value": 10**12}], [(0, 2, 9_000)]), RULES)
        assert [(problem.code, problem.bill) for problem in result.problems] == [("tax.shares_short", True)]
        assert result.bill[0] == 300_000

    def test_several_buildings_to_follow_need_floors(self) -> None:
        houses = [{"kind": BUILDING, "parcel": 0, "value": 0, "floor": floor} for floor in (100, 0)]
        result = assess(town([{"value": 10**12}, *houses], [(0, 4, 10_000), (1, 2, 10_000), (2, 1, 10_000)]), RULES)
        assert [(problem.code, problem.object) for problem in result.problems] == [("tax.buildings_unmeasured", 0)]

    @pytest.mark.parametrize(
        ("reliefs", "owners", "uses", "told"),
        [
            (("private_school", ""), (0, 0), ("other", "other"), [1]),
            (("", "private_school"), (0, 0), ("other", "other"), [0]),
            (("private_school", "private_school"), (0, 0), ("other", "other"), []),
            (("private_school", ""), (0, 1), ("other", "other"), []),
            (("inherited_main_home", ""), (0, 0), ("residential", "other"), []),
            (("unsold_stock", ""), (0, 0), ("other", "other"), []),
        ],
    )
    def test_cut_on_only_one_of_land_and_building(
        self, reliefs: tuple[str, str], owners: tuple[int, int], uses: tuple[str, str], told: list[int]
    ) -> None:
        """Decree 20 Jan 2563: told where the cut in force would be for the use of the other one, and never guessed."""
        row = [RULES.reliefs.index(relief) if relief else NONE for relief in reliefs]
        land = {"value": 10**12, "relief": row[0], "taxpayer": owners[0]}
        house = {"kind": BUILDING, "parcel": 0, "value": 10**12, "relief": row[1], "taxpayer": owners[1]}
        shares = [(place, CLASSES.index(use), 10_000) for place, use in enumerate(uses)]
        problems = assess(town([land, house], shares), RULES).problems
        assert [problem.object for problem in problems if problem.code == "tax.relief_on_one"] == told
        assert all(problem.bill for problem in problems)

    def test_exempt_property_has_no_lines_and_needs_no_value(self) -> None:
        result = assess(town([{"value": NONE, "exempt": 1}], []), RULES)
        assert (result.problems, len(result.parts.base), result.total()) == ((), 0, 0)

    def test_value_past_the_limits(self) -> None:
        result = assess(town([{"value": 10**17 + 1}], [(0, 2, 10_000)]), RULES)
        assert [problem.code for problem in result.problems] == ["tax.value_too_large"]
        rows = [{"value": 10**17, "group": 0}] * 31
        with pytest.raises(InvalidInput):
            assess(town(rows, [(row, 2, 10_000) for row in range(31)]), RULES)

    def test_nothing_at_all(self) -> None:
        assert assess(town([], []), RULES).total() == 0


class TestSettings:
    def rules(self, folder: Path, key: str, value: str, unit: str = "choice") -> object:
        path = folder / "office.toml"
        head = 'schema = 1\narea = "land_building"\ncovers = [2563, 2569]\nth = "ท"\nen = "e"\n'
        body = f'[[value]]\nkey = "{key}"\nfrom = 2569\nunit = "{unit}"\nvalue = {value}\nsource = "council"\n'
        path.write_text(head + body, encoding="utf-8")
        return rules_of(law.load(path).at(2569))

    def test_buildings_kept_apart(self, tmp_path: Path) -> None:
        """70 M other use: joined 230,000 baht; apart 40 M land, 20 M and 10 M buildings, all at 0.3 %: 210,000."""
        land = [{"value": 30 * MILLION * 10_000, "group": 0}, {"value": 10 * MILLION * 10_000, "group": 0}]
        built_on = [
            {"kind": BUILDING, "parcel": row, "value": worth * MILLION * 10_000} for row, worth in ((0, 20), (1, 10))
        ]
        place = town(land + built_on, [(row, 2, 10_000) for row in range(4)])
        assert assess(place, RULES).bill[0] == 23_000_000
        assert assess(place, self.rules(tmp_path, "setting.contiguous_buildings", '"apart"')).bill[0] == 21_000_000

    def test_home_of_buildings_kept_apart_has_one_allowance(self, tmp_path: Path) -> None:
        """Act s.41: land 40 M and house 30 M, two bases by this reading, one 50 M: 20 M x 0.03 % = 6,000 baht."""
        land = {"value": 40 * MILLION * 10_000, "group": 0}
        house = {"kind": BUILDING, "parcel": 0, "value": 30 * MILLION * 10_000}
        place = town([land, house], [(0, 1, 10_000), (1, 1, 10_000)], homes=((1, 0),))
        apart = assess(place, self.rules(tmp_path, "setting.contiguous_buildings", '"apart"'))
        assert apart.bill[0] == 600_000
        assert len(apart.bases.row) == 2

    def test_vacant_years_kept_apart(self, tmp_path: Path) -> None:
        """Act s.43: land 10 M vacant since 2566 and its vacant house 10 M: 120,000 baht, or 60,000 + 30,000."""
        land = {"value": 10 * MILLION * 10_000, "vacant_since_be": 2566}
        house = {"kind": BUILDING, "parcel": 0, "value": 10 * MILLION * 10_000}
        place = town([land, house], [(0, 3, 10_000), (1, 3, 10_000)])
        assert assess(place, RULES).bill[0] == 12_000_000
        assert assess(place, self.rules(tmp_path, "setting.vacant_year_shared", '"own"')).bill[0] == 9_000_000

    def test_home_of_two_sets_shared_by_value(self, tmp_path: Path) -> None:
        """Land of one 30 M, house of two 40 M: 3/7 of 50 M leave 8,571,428.57 of the land, 4/7 leave 11,428,571.43."""
        land = {"value": 30 * MILLION * 10_000}
        house = {"kind": BUILDING, "parcel": 0, "taxpayer": 1, "value": 40 * MILLION * 10_000}
        place = town([land, house], [(0, 1, 10_000), (1, 1, 10_000)], homes=((1, 0),))
        sets = Taxpayers(column([1, 2]), column([1, 2]), column([0, NONE]), column([NONE, NONE]))
        place = replace(place, taxpayers=sets, members=Members(column([1, 1]), column([0, 1])))
        assert assess(place, RULES).bill.tolist() == [600_000, 0]
        by_value = assess(place, self.rules(tmp_path, "setting.home_shared", '"by_value"'))
        assert by_value.bill.tolist() == [257_143, 342_857]

    def test_adjoining_land_without_the_right_is_not_part_of_the_home(self) -> None:
        """Where possessors have no allowance (section 41 speaks of owners): touching State land 10 M x 0.02 %."""
        rows = [{"value": worth * MILLION * 10_000, "group": 0} for worth in (20, 10)]
        house = {"kind": BUILDING, "parcel": 0, "value": 10 * MILLION * 10_000}
        place = town([*rows, house], [(row, 1, 10_000) for row in range(3)], homes=((2, 0),))
        objects = replace(place.objects, entitled=np.array([True, False, True]))
        assert assess(replace(place, objects=objects), RULES).bill[0] == 200_000

    def test_rounding_down(self, tmp_path: Path) -> None:
        """25 baht of other residence: 0.005 baht."""
        place = town([{"value": 2_500 * 10_000}], [(0, 1, 10_000)])
        assert assess(place, RULES).bill[0] == 1
        assert assess(place, self.rules(tmp_path, "setting.rounding", '"down"')).bill[0] == 0

    def test_rate_above_its_ceiling_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DeclarationError) as caught:
            self.rules(tmp_path, "rate.other_use", '[["", "1.21"]]', "brackets")
        assert caught.value.code == "tax.rate_over_ceiling"

    def test_percentage_finer_than_counted_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DeclarationError) as caught:
            self.rules(tmp_path, "general_cut", '"33.333"', "percent")
        assert caught.value.code == "tax.too_fine"


class TestAppraisal:
    def test_values_carry_four_decimals_of_a_satang(self) -> None:
        """100.50 sq.wah x 2,500 baht; 120 m2 x 8,000 baht less 18 %."""
        assert land_value(column([10_050]), column([250_000])).tolist() == [251_250 * 100 * 10_000]
        assert building_value(column([12_000]), column([800_000]), column([18])).tolist() == [787_200 * 100 * 10_000]

    def test_pond_counts_a_quarter(self) -> None:
        """Regulation of 26 Dec 2562: 100 sq.wah at 1,000 baht, 40 of them a deep pond: 60,000 + 10,000."""
        value = lowered_land_value(column([10_000]), column([100_000]), [(column([4_000]), 25)])
        assert value.tolist() == [70_000 * 100 * 10_000]

    def test_unknown_price_stays_unknown(self) -> None:
        assert land_value(column([100, 100]), column([NONE, 1])).tolist() == [NONE, 10_000]

    def test_floors_of_one_use_are_added_before_the_cut(self) -> None:
        """Notification 6 Dec 2562: 1/3 on each of two floors is 66.66 %, not twice 33.33."""
        shares = measured_shares(column([0, 0, 0]), column([1, 1, 2]), column([1, 1, 1]), 1)
        assert shares.share.tolist() == [6_666, 3_333]


def test_uneven_base_shows_its_own_tax() -> None:
    """40 M vacant since 2563 beside 40 M vacant lately, touching: 270,000 + 40 M x 0.6 % = 510,000 baht."""
    rows = [{"value": 40 * MILLION * 10_000, "group": 0, "vacant_since_be": since} for since in (2563, 0)]
    result = assess(town(rows, [(0, 3, 10_000), (1, 3, 10_000)]), RULES)
    assert result.tax.half_up().tolist() == [51_000_000]
    assert sorted(result.lines.tax.tolist()) == [13_500_000, 37_500_000]
    said = [step.said("en") for step in explain(result, 0, str)]
    assert "Tax of this base: 510,000.00 baht" in said


def working(result: Assessment, *codes: str) -> list[dict[str, str]]:
    """The values of the steps of some kinds in the working of the first taxpayer, in order."""
    return [step.values for step in explain(result, 0, str) if step.code.removeprefix("tax.trace.") in codes]


def satang(written: str) -> Fraction:
    return Fraction(written.replace(",", "")) * 100


def test_printed_shares_of_an_uneven_base_add_up() -> None:
    """Act s.42, s.43: 40 M vacant since 2563 and 20 M lately, touching; 60 M = 50 M + 10 M.

    At 0.3 and 0.4 %: 190,000 x 20/60 = 63,333.33; at 0.9 and 1.0 %: 550,000 x 40/60 = 366,666.67; in all 430,000.
    """
    rows = [
        {"value": worth * MILLION * 10_000, "group": 0, "vacant_since_be": since}
        for worth, since in ((40, 2563), (20, 0))
    ]
    result = assess(town(rows, [(0, 3, 10_000), (1, 3, 10_000)]), RULES)
    printed: dict[str, Fraction] = {}
    slices_printed = shares_printed = Fraction(0)
    for step in explain(result, 0, str):
        if step.code == "tax.trace.slice":
            slices_printed += satang(step.values["tax"])
        if step.code == "tax.trace.portion":
            share = slices_printed * satang(step.values["value"]) / satang(step.values["whole"])
            assert abs(share - satang(step.values["tax"])) < Fraction(1, 10_000)
            printed[step.values["value"]] = share
            shares_printed, slices_printed = shares_printed + share, Fraction(0)
    assert printed == {"20,000,000.00": Fraction(19_000_000, 3), "40,000,000.00": Fraction(110_000_000, 3)}
    assert [satang(step["tax"]) for step in working(result, "base_tax")] == [shares_printed] == [43_000_000]


def test_printed_cuts_of_an_uneven_base_add_up() -> None:
    """Decree 20 Jan 2563: a school 100 M with the 90 % cut touching 100 M without: 750,000 by halves.

    The school pays a tenth, 37,500, the other half 375,000.
    """
    school = RULES.reliefs.index("private_school")
    rows = [{"value": 100 * MILLION * 10_000, "group": 0, "relief": relief} for relief in (school, NONE)]
    result = assess(town(rows, [(0, 2, 10_000), (1, 2, 10_000)]), RULES)
    sums = [satang(step["tax"]) for step in working(result, "portion", "portion_cut", "base_tax")]
    assert sums == [37_500_000, 37_500_000, 3_750_000, 41_250_000]
    assert sum(satang(step["tax"]) for step in working(result, "slice")) == 75_000_000


def test_working_says_every_step_in_both_languages() -> None:
    rows = [{"value": 60 * MILLION * 10_000, "vacant_since_be": 2563}]
    steps = explain(assess(town(rows, [(0, 3, 10_000)]), RULES), 0, lambda row: f"0{row + 1}A001")
    said = [step.said("th") for step in steps]
    assert any("01A001" in sentence for sentence in said)
    assert any("อัตราร้อยละ 0.9 = 450,000.00 บาท" in sentence for sentence in said)
    assert said[-1] == "ภาษีที่ต้องชำระ 550,000.00 บาท (ปัดเศษครั้งเดียว)"
    assert all(step.as_dict()["section"] for step in steps)


@pytest.mark.parametrize(
    ("use_class", "phrase"),
    [
        ("agriculture", "ส่วนที่ใช้ประกอบเกษตรกรรม"),
        ("residential", "ส่วนที่ใช้เป็นที่อยู่อาศัย"),
        ("other", "ส่วนที่ใช้ประโยชน์อื่น ๆ"),
        ("vacant", "ส่วนที่ทิ้งไว้ว่างเปล่าหรือไม่ได้ทำประโยชน์ตามควรแก่สภาพ"),
    ],
)
def test_uses_are_named_in_the_words_of_the_act(use_class: str, phrase: str) -> None:
    """Act s.37 (1) to (4)."""
    steps = explain(assess(town([{"value": 10**12}], [(0, CLASSES.index(use_class), 10_000)]), RULES), 0, str)
    assert steps[0].said("th") == f"มูลค่าที่ดิน 0 {phrase} ร้อยละ 100 = 1,000,000.00 บาท"


@pytest.mark.parametrize(
    ("share", "written"), [(Fraction(1, 10_000), "0.01"), (Fraction(1), "100"), (Fraction(17, 40), "42.5")]
)
def test_percent_text(share: Fraction, written: str) -> None:
    assert percent_text(share) == written
