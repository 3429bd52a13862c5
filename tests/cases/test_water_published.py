"""Published examples of FAO-56, RID and CROPWAT 8: own copies of the key numbers, then every row of the case file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from donhan_gis.water import constants as c
from donhan_gis.water import eto, rain
from donhan_gis.water.crops import kc_climate, kc_from_stages
from donhan_gis.water.demand import Method, Options, seasonal_demand
from donhan_gis.water.duty import duty_m3_per_rai, duty_mm
from donhan_gis.water.plans import CropPlans
from donhan_gis.water.tables import load_climate, load_crops, load_duties, load_fao_kc, load_parameters, load_rid_kc
from donhan_gis.water.weeks import planting_days

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
CASES = SHARED / "cases" / "water_cases.csv"
Given = dict[str, Any]
KRS = load_parameters()["krs_inland"].value


def bangkok(given: Given) -> dict[str, Any]:
    """FAO-56 Example 17: a month, with the soil heat flux from the month before."""
    solar = sunshine(given)
    soil = eto.soil_heat_month_mj(t_previous_c=given["T_prev_month"], t_this_c=given["T_month"])
    return {**solar, **whole_day(given, ea=given["ea"], u2=given["u2"], solar=solar["Rs"], soil=soil), "G": soil}


def uccle(given: Given) -> dict[str, Any]:
    """FAO-56 Example 18: a day."""
    high, low = given["Tmax"], given["Tmin"]
    ea = eto.vapour_from_humidity_kpa(high, low, rh_max_pct=given["RHmax"], rh_min_pct=given["RHmin"])
    u2 = eto.wind_at_2m(given["u10"], height_m=10)
    solar = sunshine(given)
    return {**solar, **whole_day(given, ea=ea, u2=u2, solar=solar["Rs"]), "ea": ea, "u2": u2}


def lyon(given: Given) -> dict[str, Any]:
    """FAO-56 Example 20: only temperatures are known."""
    ra = eto.extraterrestrial_mj(given["lat_deg"], given["doy"])
    solar = eto.solar_from_temperature_mj(ra, t_max_c=given["Tmax"], t_min_c=given["Tmin"], krs=KRS)
    ea = eto.saturation_kpa(given["Tmin"])
    return {**whole_day(given, ea=ea, u2=2, solar=solar), "Rs": solar}


def whole_day(given: Given, *, ea: Any, u2: Any, solar: Any, soil: Any = 0) -> dict[str, Any]:
    high, low, z = given["Tmax"], given["Tmin"], given["z_m"]
    clear = eto.clear_sky_mj(eto.extraterrestrial_mj(given["lat_deg"], given["doy"]), elevation_m=z)
    longwave = eto.net_longwave_mj(high, low, ea_kpa=ea, clearness=solar / clear)
    daily = eto.eto_daily_mm(
        given["lat_deg"], given["doy"], elevation_m=z, t_max_c=high, t_min_c=low, ea_kpa=ea, wind_2m=u2,
        solar_mj=solar, soil_mj=soil,
    )  # fmt: skip
    return {
        "ETo": daily, "delta": eto.saturation_slope_kpa_c((high + low) / 2), "gamma": eto.psychrometric_kpa_c(z),
        "es": eto.mean_saturation_kpa(high, low), "Rn": eto.net_radiation_mj(solar, longwave),
    }  # fmt: skip


def sunshine(given: Given) -> dict[str, Any]:
    ra = eto.extraterrestrial_mj(given["lat_deg"], given["doy"])
    hours = eto.daylight_h(given["lat_deg"], given["doy"])
    return {"Ra": ra, "N": hours, "Rs": eto.solar_from_sunshine_mj(ra, given["n_h"], daylight=hours)}


def ndiaye(given: Given) -> dict[str, Any]:
    """FAO-56 Example 19: an hour by day, with Rs/Rso from the radiation above the air; an hour by night as given."""
    by_day = "lat_deg" in given
    clearness = given.get("Rs_Rso_night", 0)
    if by_day:
        ra = eto.extraterrestrial_hour_mj(
            given["lat_deg"], given["doy"], longitude_deg=given["lon_deg"], zone_longitude_deg=-15, hour=14.5
        )
        clearness = given["Rs_MJ_h"] / eto.clear_sky_mj(ra, elevation_m=given["z_m"])
        assert float(clearness) == pytest.approx(given["Rs_Rso"], abs=0.0015)
    return {
        "ETo_mm_h": eto.eto_hourly_mm(
            given["T"], given["RH"], elevation_m=given["z_m"], wind_2m=given["u2"], solar_mj=given["Rs_MJ_h"],
            clearness=clearness, daytime=by_day,
        )
    }  # fmt: skip


def cropwat_year(given: Given) -> dict[str, Any]:
    """CROPWAT 8, 365 days: it takes RH times the saturation pressure at the mean temperature."""
    with (SHARED / "reference" / "tables" / given["file"]).open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    column = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name.split("_")[-1] != "mark"
              and name not in ("date", "source")}  # fmt: skip
    high, low = column["tmax_c"], column["tmin_c"]
    daily = eto.eto_daily_mm(
        given["lat_deg"], np.arange(1, 366), elevation_m=given["z_m"], t_max_c=high, t_min_c=low,
        ea_kpa=column["humid_pct"] / 100 * eto.saturation_kpa((high + low) / 2),
        wind_2m=column["wind_km_day"] * c.M_PER_S_OF_KM_PER_DAY, solar_mj=column["rad_mj_sqm_day"],
    )  # fmt: skip
    difference = daily - column["eto_mm_day"]
    return {"annual_ETo_mm": daily.sum(), "rmse_mm_day": np.sqrt((difference**2).mean())}


def pond(given: Given) -> dict[str, Any]:
    """RID workbook, sheet fishporn: pan / 4 x 0.7 + 7 mm a week, through the whole engine."""
    climate = load_climate("ขอนแก่น")
    climate.pan_mm[:] = given["pan_mm_month"]
    plans = CropPlans(["fish_pond"], np.ones(1), planting_days(["2024-11-01"]))
    demand = seasonal_demand(plans, climate, crops=load_crops(), options=Options(Method.RID_WEEKLY, 100))
    return {"mm_week": demand.groups.depths.asked[0, 0]}


def stage_kc(given: Given) -> dict[str, Any]:
    curve = kc_from_stages(tuple(given["L"]), ini=given["kc_ini"], mid=given["kc_mid"], end=given["kc_end"])
    return {"kc": curve[given["day"] - 1]}


def seasonal_duty(given: Given) -> dict[str, Any]:
    mm = duty_mm(
        given["E_pan_mm_d"], given["Kp"], irrigated_d=given["days"], percolation_mm_d=given["percolation_mm_d"]
    )
    return {"mm": mm, "m3_per_rai": duty_m3_per_rai(mm)}


COMPUTE: dict[str, Callable[[Given], dict[str, Any]]] = {
    "ETO-01": lambda g: {"P_kPa": eto.pressure_kpa(g["z_m"]), "gamma_kPa_C": eto.psychrometric_kpa_c(g["z_m"])},
    "ETO-02": lambda g: {
        "e0_Tmax": eto.saturation_kpa(g["Tmax"]),
        "e0_Tmin": eto.saturation_kpa(g["Tmin"]),
        "es": eto.mean_saturation_kpa(g["Tmax"], g["Tmin"]),
    },
    "ETO-03": lambda g: {"ea": eto.vapour_from_wet_bulb_kpa(g["Twet"], g["Tdry"], elevation_m=g["z_m"])},
    "ETO-04": lambda g: {
        "ea": eto.vapour_from_humidity_kpa(g["Tmax"], g["Tmin"], rh_max_pct=g["RHmax"], rh_min_pct=g["RHmin"])
    },
    "ETO-05": lambda g: {"ea": eto.vapour_from_mean_humidity_kpa(g["Tmax"], g["Tmin"], rh_mean_pct=g["RHmean"])},
    "ETO-06": lambda g: {"Ra": eto.extraterrestrial_mj(g["lat_deg"], g["doy"])},
    "ETO-07": lambda g: {"N": eto.daylight_h(g["lat_deg"], g["doy"])},
    "ETO-08": sunshine,
    "ETO-09": lambda g: {
        "Rnl": eto.net_longwave_mj(g["Tmax"], g["Tmin"], ea_kpa=g["ea"], clearness=g["Rs"] / g["Rso"])
    },
    "ETO-10": lambda g: {"G": eto.soil_heat_month_mj(t_previous_c=g["T_prev"], t_next_c=g["T_next"])},
    "ETO-11": lambda g: {"u2": eto.wind_at_2m(g["uz"], height_m=g["z_m"])},
    "ETO-12": lambda g: {
        "Rs": eto.solar_from_temperature_mj(g["Ra"], t_max_c=g["Tmax"], t_min_c=g["Tmin"], krs=g["kRs"])
    },
    "ETO-13": bangkok,
    "ETO-14": uccle,
    "ETO-15": ndiaye,
    "ETO-16": ndiaye,
    "ETO-17": lyon,
    "ETO-18": lambda g: {"ETo": eto.hargreaves_mm(g["lat_deg"], g["doy"], t_max_c=g["Tmax"], t_min_c=g["Tmin"])},
    "ETO-19": cropwat_year,
    "KC-01": lambda g: {
        "kc_mid": kc_climate(g["kc_mid_tab"], wind_2m=g["u2"], rh_min_pct=g["RHmin"], height_m=g["h_m"])
    },
    "KC-": stage_kc,
    "RAIN-": lambda g: {"Pe_mm": rain.effective_mm(g["P_mm"], rain.RainMethod(g["method"]))},
    "DUTY-": seasonal_duty,
    "POND-01": pond,
}
# RID rows are in test_water_rid.py; canals, gates, equity and soil balances are no part of this engine.
ELSEWHERE = ("RID-", "GATE-", "VOL-", "EQ-", "BAL-")


def rows_of_cases() -> list[dict[str, str]]:
    if not CASES.exists():
        return []
    with CASES.open(encoding="utf-8-sig", newline="") as lines:
        return [row for row in csv.DictReader(lines) if not row["case_id"].startswith(ELSEWHERE)]


@pytest.mark.skipif(not CASES.exists(), reason="water_cases.csv is not beside the checkout")
@pytest.mark.parametrize("row", [pytest.param(row, id=row["case_id"]) for row in rows_of_cases()])
def test_case(row: dict[str, str]) -> None:
    name = row["case_id"]
    compute = COMPUTE.get(name) or COMPUTE[f"{name.split('-')[0]}-"]
    result = compute(json.loads(row["inputs_json"]))
    expected, tolerance = json.loads(row["expected_json"]), json.loads(row["tolerance_json"])
    for key, value in expected.items():
        allowed = tolerance[key] if isinstance(tolerance, dict) else tolerance
        assert float(result[key]) == pytest.approx(value, abs=allowed), key


def test_bangkok_april_own_copy() -> None:
    """FAO-56 Example 17: 5.72 mm a day."""
    given = {"lat_deg": 13.73, "z_m": 2, "doy": 105, "Tmax": 34.8, "Tmin": 25.6, "ea": 2.85, "u2": 2.0, "n_h": 8.5}
    assert float(bangkok({**given, "T_month": 30.2, "T_prev_month": 29.2})["ETo"]) == pytest.approx(5.72, abs=0.01)


def test_uccle_own_copy() -> None:
    """FAO-56 Example 18: 3.88 mm a day."""
    given = {"lat_deg": 50.8, "z_m": 100, "doy": 187, "Tmax": 21.5, "Tmin": 12.3, "RHmax": 84, "RHmin": 63}
    assert float(uccle({**given, "u10": 2.78, "n_h": 9.25})["ETo"]) == pytest.approx(3.88, abs=0.005)


def test_kc_mid_at_mocha_and_low_kc_end() -> None:
    """FAO-56 Example 27: maize at Mocha, wind 4.6 m/s, RHmin 44 %, gives 1.30; Eq. 65 leaves Kc end below 0.45."""
    assert float(kc_climate(1.20, wind_2m=4.6, rh_min_pct=44, height_m=2)) == pytest.approx(1.30, abs=0.005)
    assert float(kc_climate(0.35, wind_2m=4.6, rh_min_pct=44, height_m=2, is_end=True)) == 0.35


def test_named_station_and_crop() -> None:
    """RID ROS workbook: Khon Kaen April ETo 150.2 mm, year 1,451.1; rice RD week 7 Kc 1.50; pan and rain of April."""
    climate = load_climate("ขอนแก่น")
    assert climate.eto_mm[3] == pytest.approx(150.2, abs=0.05)
    assert climate.eto_mm.sum() == pytest.approx(1451.1, abs=0.05)
    assert climate.pan_mm.sum() == pytest.approx(1801.9, abs=0.05)
    assert climate.rain_rice_mm.sum() == pytest.approx(1196.1, abs=0.05)
    assert climate.rain_field_mm.sum() == pytest.approx(699.0, abs=0.05)
    assert load_rid_kc()["ข้าว กข.(นาดำ)"][6] == 1.50
    assert len(load_rid_kc()) == 34


def test_editions_are_kept_apart() -> None:
    """FAO-56: cassava mid 0.80 in 1998 and 1.00 in 2025; soybean Kc ini 0.40."""
    rows = load_fao_kc()
    by_name = {(edition.value, name): row for (edition, name), row in rows.items()}
    assert by_name["fao56_1998", "cassava_year_1_210"].kc_mid == 0.80
    assert by_name["fao56_2025", "cassava"].kc_mid == 1.00
    assert by_name["fao56_1998", "soybean_85"].kc_ini == 0.40
    assert by_name["fao56_2025", "cassava"].stage_days is None


def test_rid_duty_table_rechecks() -> None:
    """RID, crop water use in the North: every printed row follows from pan, Kp and days (rice with 1.5 mm a day)."""
    duties = load_duties()
    assert len(duties) == 24
    for duty in duties.values():
        mm = duty_mm(duty.pan_mm_d, duty.kp, irrigated_d=duty.irrigated_d, percolation_mm_d=duty.percolation_mm_d)
        assert mm == pytest.approx(duty.printed_mm, abs=1.0), duty.crop_en
        assert duty_m3_per_rai(mm) == pytest.approx(duty.printed_m3_per_rai, abs=1.6), duty.crop_en


def test_one_rai_of_jasmine_rice() -> None:
    """RID: 7.2 mm a day for 86 days on one rai is 990.72 m3 (printed 991)."""
    assert duty_m3_per_rai(7.2 * 86) == pytest.approx(990.72)


def test_rubber_is_near_the_published_year() -> None:
    """Mangmeechai 2020: rubber in the north-east uses 2,275 m3 a rai a year; FAO Kc on RID ETo is within 5 %."""
    plans = CropPlans(["rubber"], np.ones(1), planting_days(["2015-05-01"]))
    options = Options(Method.CALENDAR_DAY, 60, crop_year=np.datetime64("2024-11-01"))
    demand = seasonal_demand(plans, load_climate("ขอนแก่น"), crops=load_crops(), options=options)
    assert demand.crop_need_m3[0] == pytest.approx(2275, rel=0.05)
