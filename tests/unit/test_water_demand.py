"""The demand engine: what must hold for any plans, and what it says of bad ones. Figures are hand-worked."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donhan_gis.errors import InvalidInput
from donhan_gis.i18n import LANGUAGES, text
from donhan_gis.water.climate import Climate, with_rain
from donhan_gis.water.crops import usual_planting
from donhan_gis.water.demand import Demand, Method, Options, million_m3, seasonal_demand, workbook_options
from donhan_gis.water.plans import CropPlans
from donhan_gis.water.rain import RainMethod
from donhan_gis.water.tables import load_climate, load_crops
from donhan_gis.water.weeks import planting_days
from donhan_gis.water.yearly import parcel_weeks_m3, weekly_demand

CROPS = load_crops()
KHON_KAEN = load_climate("ขอนแก่น")
YEAR = np.datetime64("2024-11-01")
FIGURES = ("crop_need_m3", "percolation_m3", "land_prep_m3", "rain_m3", "field_need_m3", "gate_need_m3")
BOTH = pytest.mark.parametrize("method", list(Method))
a_plan = st.tuples(st.sampled_from(sorted(CROPS)), st.floats(0, 500), st.dates(date(2024, 11, 1), date(2025, 10, 31)))


def demand_of(
    rows: list[tuple[str, float, str]], options: Options | None = None, climate: Climate = KHON_KAEN
) -> Demand:
    crop, area, planted = zip(*rows, strict=True)
    plans = CropPlans(list(crop), np.array(area, dtype=float), planting_days([str(day) for day in planted]))
    return seasonal_demand(plans, climate, crops=CROPS, options=options or Options(Method.RID_WEEKLY, 60))


def test_first_week_by_hand() -> None:
    """Rice RD on 1 January: 1.03 x 101.13/4 + 14 + 100 mm asked; rain 4.4/31 x 7; 1 rai is 1,600 m2."""
    depths = demand_of([("rice_rd", 1, "2025-01-01")]).groups.depths
    assert depths.asked[0, 0] == pytest.approx(1.03 * 101.13 / 4 + 14 + 100)
    assert depths.rain[0, 0] == pytest.approx(4.4 / 31 * 7)


def test_calendar_day_by_hand_across_a_month() -> None:
    """Rice RD planted 30 January: 2 days of January and 5 of February, Kc 1.03."""
    depths = demand_of([("rice_rd", 1, "2025-01-30")], Options(Method.CALENDAR_DAY, 60)).groups.depths
    assert depths.etc[0, 0] == pytest.approx(1.03 * (2 * 101.13 / 31 + 5 * 110.63 / 28))


def test_leap_february_has_29_days() -> None:
    depths = demand_of([("rice_rd", 1, "2024-02-01")], Options(Method.CALENDAR_DAY, 60)).groups.depths
    assert depths.etc[0, 0] == pytest.approx(1.03 * 7 * 110.63 / 29)


@BOTH
def test_figures_hang_together(method: Method) -> None:
    """Need + percolation + preparation - rain + surplus rain = field need; gate = field / efficiency."""
    demand = demand_of([("rice_rd", 10, "2025-07-01"), ("cassava", 7, "2025-05-03")], Options(method, 50))
    asked = demand.crop_need_m3 + demand.percolation_m3 + demand.land_prep_m3
    assert (demand.field_need_m3 >= asked - demand.rain_m3 - 1e-9).all()
    assert (demand.field_need_m3 <= asked + 1e-9).all()
    assert demand.gate_need_m3 == pytest.approx(2 * demand.field_need_m3)


def test_dry_year_and_no_rain() -> None:
    rows = [("rice_kdml105", 10.0, "2025-07-01")]
    usual, dry, none = (demand_of(rows, Options(Method.RID_WEEKLY, 60, rain_factor=f)) for f in (1, 0.7, 0))
    assert dry.rain_m3 == pytest.approx(0.7 * usual.rain_m3)
    assert usual.field_need_m3 < dry.field_need_m3 < none.field_need_m3
    assert none.field_need_m3 == pytest.approx(none.crop_need_m3 + none.percolation_m3 + none.land_prep_m3)


def test_rice_dries_off_before_harvest() -> None:
    """14 days are two whole weeks of rice RD: their percolation (28 mm) and crop use are not brought; ETc stays."""
    rows = [("rice_rd", 1.0, "2025-01-01"), ("maize", 1.0, "2025-01-01")]
    full, dried = (demand_of(rows, Options(Method.RID_WEEKLY, 60, rain_factor=0, stop_days=d)) for d in (0, 14))
    last_two = full.groups.depths.etc[full.group[0], 11:13].sum() + 28
    assert dried.crop_need_m3 == pytest.approx(full.crop_need_m3)
    assert full.field_need_m3[0] - dried.field_need_m3[0] == pytest.approx(last_two * 1.6)
    assert dried.field_need_m3[1] == full.field_need_m3[1]


def test_stop_longer_than_the_season_leaves_land_preparation_only() -> None:
    demand = demand_of([("rice_rd", 1, "2025-01-01")], Options(Method.RID_WEEKLY, 60, rain_factor=0, stop_days=400))
    assert demand.field_need_m3[0] == pytest.approx(160)


def test_fruit_waters_the_wetted_share_only() -> None:
    whole = {"mango": dataclasses.replace(CROPS["mango"], wetted_share=1.0)}
    plans = CropPlans(["mango"], np.ones(1), planting_days(["2025-01-01"]))
    wide = seasonal_demand(plans, KHON_KAEN, crops=whole, options=Options(Method.RID_WEEKLY, 60))
    assert demand_of([("mango", 1, "2025-01-01")]).field_need_m3 == pytest.approx(0.45 * wide.field_need_m3)


def test_standing_trees_count_for_the_crop_year_at_their_age() -> None:
    """A mango of 1 January 2015 is 43 weeks past its yearly turn on 1 November 2024 (305 days)."""
    options = Options(Method.RID_WEEKLY, 60, crop_year=YEAR)
    demand = demand_of([("mango", 1, "2015-01-01"), ("mango", 1, "2025-01-01")], options)
    assert not demand.problems
    old, young = demand.group
    assert str(demand.groups.start[old]) == "2024-11-01"
    assert demand.groups.age_days[old] == 43 * 7
    assert demand.groups.depths.etc[old, 0] == pytest.approx(0.45 * CROPS["mango"].kc_by_day[301] * 105.14 / 4)
    assert demand.groups.depths.days[old].sum() == 364
    assert demand.groups.depths.days[young].sum() == (date(2025, 10, 31) - date(2025, 1, 1)).days + 1
    assert weekly_demand(demand, YEAR).outside_m3["crop_need"] == pytest.approx(0, abs=1e-6)


def test_measured_rain_replaces_the_table() -> None:
    climate = with_rain(KHON_KAEN, [100.0] * 12, method=RainMethod.FIXED_SHARE, share=0.8, source="rain gauge")
    depths = demand_of([("maize", 1, "2025-01-01")], climate=climate).groups.depths
    assert depths.rain[0, 0] == pytest.approx(80 / 31 * 7)
    assert climate.as_record()["rain_method"] == "fixed_share"


def test_workbook_mode_snaps_to_the_week_and_nets_over_all() -> None:
    """9 July 2009 lies in RID week 36, which begins on 4 July."""
    options = workbook_options(efficiency_pct=60, percolation_mm_week=14)
    demand = demand_of([("rice_rd", 1, "2009-07-09"), ("maize", 1, "2009-07-04")], options)
    assert {str(day) for day in demand.groups.start} == {"2009-07-04"}
    assert (demand.percolation_m3 > 0).all()


def test_bad_plans_are_told_and_the_rest_counted() -> None:
    rows = [("rice_rd", 5, "2025-01-01"), ("durian_gold", 5, "2025-01-01"), ("maize", -1, "2025-01-01"),
            ("maize", float("nan"), "2025-01-01"), ("maize", 5, "2025-02-30"), ("maize", float("inf"), "2025-01-01"),
            ("maize", 5, ""), ("maize", 0, "2025-01-01")]  # fmt: skip
    demand = demand_of(rows)
    told = [(problem.row, problem.code) for problem in demand.problems]
    assert told == [(1, "water.unknown_crop"), (2, "water.bad_area"), (3, "water.bad_area"),
                    (4, "water.bad_planting_date"), (5, "water.bad_area"), (6, "water.bad_planting_date")]  # fmt: skip
    assert demand.group.tolist() == [*demand.group[:1], -1, -1, -1, -1, -1, -1, demand.group[7]]
    assert demand.field_need_m3[0] == pytest.approx(5 * 1121, rel=0.001)
    assert not demand.field_need_m3[1:].any()
    for problem in demand.problems:
        for language in LANGUAGES:
            assert text(problem.code, language, row="แปลง 1", value=problem.value)
            assert text(f"{problem.code}.remedy", language)


def test_plans_of_another_year_are_told() -> None:
    options = Options(Method.RID_WEEKLY, 60, crop_year=YEAR)
    rows = [("rice_rd", 5, "2025-01-01"), ("rice_rd", 5, "2568-01-01"), ("rice_rd", 5, "2024-10-31")]
    demand = demand_of([*rows, ("mango", 5, "2025-11-01")], options)
    assert [(p.row, p.code) for p in demand.problems] == [(row, "water.outside_crop_year") for row in (1, 2, 3)]


def test_no_plans_at_all() -> None:
    plans = CropPlans([], np.zeros(0), planting_days([]))
    demand = seasonal_demand(plans, KHON_KAEN, crops=CROPS, options=Options(Method.RID_WEEKLY, 60))
    assert demand.field_need_m3.shape == (0,)
    assert weekly_demand(demand, YEAR).field_need_m3.shape == (0, 52)


def test_only_bad_plans() -> None:
    demand = demand_of([("nothing", 1, "2025-01-01")], workbook_options(efficiency_pct=60, percolation_mm_week=14))
    assert demand.group.tolist() == [-1]
    assert demand.gate_need_m3.tolist() == [0]
    assert parcel_weeks_m3(demand, weekly_demand(demand, YEAR).gate_need_m3, plans=np.array([0])).sum() == 0


@pytest.mark.parametrize("month", [0, 11])
def test_missing_month_is_refused_by_name(month: int) -> None:
    eto = KHON_KAEN.eto_mm.copy()
    eto[month] = np.nan
    with pytest.raises(InvalidInput) as fault:
        demand_of([("maize", 1, "2025-01-01")], climate=dataclasses.replace(KHON_KAEN, eto_mm=eto))
    assert fault.value.values["months"] == str(month + 1)
    assert "ขอนแก่น" in fault.value.th


def test_eleven_months_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"must have 12 months but has 11"):
        demand_of([("maize", 1, "2025-01-01")], climate=dataclasses.replace(KHON_KAEN, eto_mm=KHON_KAEN.eto_mm[:11]))


@pytest.mark.parametrize(
    "wrong",
    [{"efficiency_pct": 0}, {"efficiency_pct": 101}, {"efficiency_pct": float("nan")}, {"rain_factor": -1},
     {"percolation_mm_week": -1}, {"land_prep_mm": float("inf")}, {"stop_days": -1},
     {"crop_year": np.datetime64("2025-01-01")}],
)  # fmt: skip
def test_bad_options_are_refused(wrong: dict[str, object]) -> None:
    options = dataclasses.replace(Options(Method.RID_WEEKLY, 60), **wrong)
    with pytest.raises(InvalidInput) as fault:
        demand_of([("maize", 1, "2025-01-01")], options)
    assert fault.value.field == next(iter(wrong))
    assert fault.value.th and fault.value.en


def test_columns_of_different_length_are_refused() -> None:
    plans = CropPlans(["maize"], np.ones(2), planting_days(["2025-01-01"]))
    with pytest.raises(InvalidInput):
        seasonal_demand(plans, KHON_KAEN, crops=CROPS, options=Options(Method.RID_WEEKLY, 60))


def test_record_says_what_made_the_figures() -> None:
    demand = demand_of([("cassava", 1, "2025-05-01")], Options(Method.CALENDAR_DAY, 60, crop_year=YEAR))
    record = json.loads(json.dumps(demand.record(0), ensure_ascii=False))
    expected = {
        "method": "calendar_day",
        "kc_source": "fao56_1998",
        "kc_row": "cassava_year_1_210",
        "station": "ขอนแก่น",
        "rain_method": "rid_table",
        "efficiency_pct": 60,
        "season_start": "2025-05-01",
    }
    assert expected.items() <= record.items()


def test_million_m3() -> None:
    assert million_m3(1_868_000.0) == pytest.approx(1.868)


def test_usual_planting_lies_in_the_crop_year() -> None:
    assert str(usual_planting(CROPS["rice_kdml105"], YEAR)) == "2025-07-01"
    assert str(usual_planting(CROPS["sugarcane"], YEAR)) == "2024-11-01"
    assert str(usual_planting(CROPS["maize"], YEAR)) == "2024-12-01"


def test_every_crop_of_the_list_can_be_counted() -> None:
    rows = [(code, 1.0, str(usual_planting(crop, YEAR))) for code, crop in CROPS.items()]
    for method in Method:
        demand = demand_of(rows, Options(method, 60, crop_year=YEAR))
        assert not demand.problems
        assert (demand.crop_need_m3 > 50).all()
        assert (demand.crop_need_m3 < 5000).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(a_plan, min_size=1, max_size=20), st.sampled_from(Method), st.floats(0.1, 10))
def test_linear_in_area_and_never_negative(rows: list[tuple[str, float, date]], method: Method, factor: float) -> None:
    once = demand_of(rows, Options(method, 60, crop_year=YEAR))
    more = demand_of([(crop, area * factor, day) for crop, area, day in rows], Options(method, 60, crop_year=YEAR))
    for name in FIGURES:
        assert getattr(more, name) == pytest.approx(factor * getattr(once, name), rel=1e-9, abs=1e-9)
        assert (getattr(once, name) >= 0).all()
    assert (once.groups.net_mm >= 0).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(a_plan, min_size=1, max_size=20), st.sampled_from(Method), st.floats(0, 1))
def test_splitting_parcels_keeps_the_sum(rows: list[tuple[str, float, date]], method: Method, cut: float) -> None:
    options = Options(method, 60)
    halves = [(crop, area * share, day) for crop, area, day in rows for share in (cut, 1 - cut)]
    whole, split = demand_of(rows, options), demand_of(halves, options)
    for name in FIGURES:
        assert getattr(split, name).sum() == pytest.approx(getattr(whole, name).sum(), rel=1e-9, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.lists(a_plan, min_size=1, max_size=20), st.sampled_from(Method))
def test_weeks_groups_and_parcels_add_up(rows: list[tuple[str, float, date]], method: Method) -> None:
    demand = demand_of(rows, Options(method, 60, crop_year=YEAR))
    weekly = weekly_demand(demand, YEAR)
    for name in ("crop_need", "field_need", "gate_need", "rain"):
        total = getattr(demand, f"{name}_m3").sum()
        matrix = getattr(weekly, f"{name}_m3")
        assert matrix.sum() + weekly.outside_m3[name] == pytest.approx(total, rel=1e-9, abs=1e-6)
        assert weekly.outside_m3[name] >= -1e-6
    plans = parcel_weeks_m3(demand, weekly.gate_need_m3, plans=np.arange(len(rows)))
    assert plans.sum(axis=0) == pytest.approx(weekly.gate_need_m3.sum(axis=0), rel=1e-9, abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(st.lists(a_plan, min_size=1, max_size=12))
def test_netting_over_all_never_asks_more_than_by_parcel(rows: list[tuple[str, float, date]]) -> None:
    over_all = workbook_options(efficiency_pct=60, percolation_mm_week=14)
    by_parcel = dataclasses.replace(over_all, netting=Options(Method.RID_WEEKLY, 60).netting)
    assert demand_of(rows, over_all).field_need_m3.sum() <= demand_of(rows, by_parcel).field_need_m3.sum() + 1e-6


def test_days_by_numpy_are_days_by_the_calendar() -> None:
    """One plan a day through a crop year: week starts agree with Python's calendar."""
    days = [date(2024, 11, 1) + timedelta(days=step) for step in range(365)]
    demand = demand_of([("maize", 1, str(day)) for day in days], Options(Method.RID_WEEKLY, 60, on_rid_weeks=True))
    starts = demand.groups.start[demand.group].astype(object)
    assert all(
        (day - start).days < 9 and (start - days[0]).days % 7 == 0 for day, start in zip(days, starts, strict=True)
    )
