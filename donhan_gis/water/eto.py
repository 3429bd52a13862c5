"""Reference evapotranspiration by FAO-56: Penman-Monteith for hours, days and months, and Hargreaves.

Each function takes scalars or arrays that broadcast. Temperatures in °C, pressures in kPa, radiation in
MJ m-2 a day (or an hour), wind in m/s at 2 m, ETo in mm a day (or an hour).

Source: Allen, Pereira, Raes and Smith (1998), FAO Irrigation and Drainage Paper 56; equation numbers below.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from donhan_gis.water import constants as c

Values = NDArray[np.float64]


def pressure_kpa(elevation_m: ArrayLike) -> Values:
    """Return the atmospheric pressure in kPa.

    Source: FAO-56 Eq. 7.

    >>> round(float(pressure_kpa(1800)), 1)
    81.8
    """
    lapse = c.PRESSURE_LAPSE * np.asarray(elevation_m, float)
    return np.asarray(c.PRESSURE_SEA_KPA * ((c.PRESSURE_T_K - lapse) / c.PRESSURE_T_K) ** c.PRESSURE_POWER)


def psychrometric_kpa_c(elevation_m: ArrayLike) -> Values:
    """Return the psychrometric constant in kPa/°C.

    Source: FAO-56 Eq. 8.
    """
    return c.PSYCHROMETRIC * pressure_kpa(elevation_m)


def saturation_kpa(t_c: ArrayLike) -> Values:
    """Return the saturation vapour pressure in kPa.

    Source: FAO-56 Eq. 11.
    """
    t = np.asarray(t_c, float)
    return np.asarray(c.TETENS_KPA * np.exp(c.TETENS_SLOPE * t / (t + c.TETENS_C)))


def mean_saturation_kpa(t_max_c: ArrayLike, t_min_c: ArrayLike) -> Values:
    """Return the mean of the saturation pressures at the two extremes, in kPa.

    Source: FAO-56 Eq. 12.
    """
    return _mean(saturation_kpa(t_max_c), saturation_kpa(t_min_c))


def saturation_slope_kpa_c(t_c: ArrayLike) -> Values:
    """Return the slope of the saturation curve in kPa/°C.

    Source: FAO-56 Eq. 13.
    """
    return np.asarray(c.DELTA_FACTOR * saturation_kpa(t_c) / (np.asarray(t_c, float) + c.TETENS_C) ** c.SQUARE)


def vapour_from_wet_bulb_kpa(t_wet_c: ArrayLike, t_dry_c: ArrayLike, *, elevation_m: ArrayLike) -> Values:
    """Return the actual vapour pressure in kPa from a ventilated psychrometer.

    Source: FAO-56 Eq. 15 and 16.
    """
    drop_c = np.asarray(t_dry_c, float) - np.asarray(t_wet_c, float)
    return np.asarray(saturation_kpa(t_wet_c) - c.WET_BULB_VENTILATED * pressure_kpa(elevation_m) * drop_c)


def vapour_from_humidity_kpa(
    t_max_c: ArrayLike, t_min_c: ArrayLike, *, rh_max_pct: ArrayLike, rh_min_pct: ArrayLike
) -> Values:
    """Return the actual vapour pressure in kPa from the extremes of relative humidity.

    Source: FAO-56 Eq. 17.
    """
    by_night = saturation_kpa(t_min_c) * np.asarray(rh_max_pct, float) / c.PER_CENT
    by_day = saturation_kpa(t_max_c) * np.asarray(rh_min_pct, float) / c.PER_CENT
    return _mean(by_night, by_day)


def vapour_from_mean_humidity_kpa(t_max_c: ArrayLike, t_min_c: ArrayLike, *, rh_mean_pct: ArrayLike) -> Values:
    """Return the actual vapour pressure in kPa from the mean relative humidity.

    Source: FAO-56 Eq. 19. CROPWAT 8 takes RH times the saturation pressure at the mean temperature instead.
    """
    return np.asarray(rh_mean_pct, float) / c.PER_CENT * mean_saturation_kpa(t_max_c, t_min_c)


def sun_distance(day_of_year: ArrayLike) -> Values:
    """Return the inverse relative distance of earth and sun.

    Source: FAO-56 Eq. 23.
    """
    return np.asarray(1 + c.SUN_DISTANCE * np.cos(_year_angle(day_of_year)))


def declination_rad(day_of_year: ArrayLike) -> Values:
    """Return the declination of the sun in radians.

    Source: FAO-56 Eq. 24.
    """
    return np.asarray(c.DECLINATION * np.sin(_year_angle(day_of_year) - c.DECLINATION_PHASE))


def sunset_angle_rad(latitude_deg: ArrayLike, day_of_year: ArrayLike) -> Values:
    """Return the hour angle of sunset in radians.

    Source: FAO-56 Eq. 25; held within -1..1 for polar days and nights.
    """
    cosine = -np.tan(np.deg2rad(latitude_deg)) * np.tan(declination_rad(day_of_year))
    return np.asarray(np.arccos(np.clip(cosine, -1, 1)))


def daylight_h(latitude_deg: ArrayLike, day_of_year: ArrayLike) -> Values:
    """Return the hours of daylight.

    Source: FAO-56 Eq. 34.
    """
    return np.asarray(c.HOURS_PER_DAY / np.pi * sunset_angle_rad(latitude_deg, day_of_year))


def extraterrestrial_mj(latitude_deg: ArrayLike, day_of_year: ArrayLike) -> Values:
    """Return the radiation above the atmosphere in MJ m-2 a day.

    Source: FAO-56 Eq. 21.
    """
    omega = sunset_angle_rad(latitude_deg, day_of_year)
    latitude, declination = np.deg2rad(latitude_deg), declination_rad(day_of_year)
    height = omega * np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.sin(omega)
    return np.asarray(c.MINUTES_PER_DAY / np.pi * c.SOLAR_CONSTANT * sun_distance(day_of_year) * height)


def extraterrestrial_hour_mj(
    latitude_deg: float, day_of_year: int, *, longitude_deg: float, zone_longitude_deg: float, hour: ArrayLike
) -> Values:
    """Return the radiation above the atmosphere in MJ m-2 in the hour whose middle is ``hour`` (local clock, 14.5).

    Longitudes are positive eastwards.

    Source: FAO-56 Eq. 28 to 33.
    """
    shift_h = (longitude_deg - zone_longitude_deg) * c.HOURS_PER_DEGREE
    noon_h = np.asarray(hour, float) + shift_h + _sun_correction_h(day_of_year) - c.SOLAR_NOON_H
    middle = noon_h * np.pi / c.SOLAR_NOON_H
    sunset, half = sunset_angle_rad(latitude_deg, day_of_year), np.pi / c.HOURS_PER_DAY
    begin, end = np.clip(middle - half, -sunset, sunset), np.clip(middle + half, -sunset, sunset)
    latitude, declination = np.deg2rad(latitude_deg), declination_rad(day_of_year)
    height = (end - begin) * np.sin(latitude) * np.sin(declination)
    height = height + np.cos(latitude) * np.cos(declination) * (np.sin(end) - np.sin(begin))
    per_radian = c.SOLAR_NOON_H * c.MINUTES_PER_HOUR / np.pi
    return np.asarray(np.maximum(0, per_radian * c.SOLAR_CONSTANT * sun_distance(day_of_year) * height))


def solar_from_sunshine_mj(extraterrestrial: ArrayLike, sunshine_h: ArrayLike, *, daylight: ArrayLike) -> Values:
    """Return the solar radiation from the hours of bright sunshine, in MJ m-2 a day.

    Source: FAO-56 Eq. 35.
    """
    share = np.asarray(sunshine_h, float) / np.asarray(daylight, float)
    return np.asarray((c.ANGSTROM_A + c.ANGSTROM_B * share) * np.asarray(extraterrestrial, float))


def solar_from_temperature_mj(
    extraterrestrial: ArrayLike, *, t_max_c: ArrayLike, t_min_c: ArrayLike, krs: float
) -> Values:
    """Return the solar radiation from the range of temperature; ``krs`` is 0.16 inland, 0.19 at the coast.

    Source: FAO-56 Eq. 50.
    """
    spread_c = np.asarray(t_max_c, float) - np.asarray(t_min_c, float)
    return np.asarray(krs * np.sqrt(spread_c) * np.asarray(extraterrestrial, float))


def clear_sky_mj(extraterrestrial: ArrayLike, *, elevation_m: ArrayLike) -> Values:
    """Return the solar radiation under a clear sky, in the unit of ``extraterrestrial``.

    Source: FAO-56 Eq. 37.
    """
    share = c.CLEAR_SKY + c.CLEAR_SKY_PER_M * np.asarray(elevation_m, float)
    return np.asarray(share * np.asarray(extraterrestrial, float))


def net_longwave_mj(
    t_max_c: ArrayLike, t_min_c: ArrayLike, *, ea_kpa: ArrayLike, clearness: ArrayLike, hours: int = c.HOURS_PER_DAY
) -> Values:
    """Return the net outgoing longwave radiation in MJ m-2 per ``hours``; ``clearness`` is Rs/Rso, held at most 1.

    Source: FAO-56 Eq. 39.
    """
    warm, cool = _fourth_power_k(t_max_c), _fourth_power_k(t_min_c)
    moist = c.LONGWAVE_EA[0] - c.LONGWAVE_EA[1] * np.sqrt(np.asarray(ea_kpa, float))
    cloud = c.LONGWAVE_CLOUD[0] * np.minimum(clearness, 1) - c.LONGWAVE_CLOUD[1]
    return np.asarray(c.STEFAN_BOLTZMANN * hours / c.HOURS_PER_DAY * _mean(warm, cool) * moist * cloud)


def net_radiation_mj(solar: ArrayLike, net_longwave: ArrayLike) -> Values:
    """Return the net radiation of the grass reference, in the unit of its arguments.

    Source: FAO-56 Eq. 38 and 40.
    """
    return np.asarray((1 - c.ALBEDO) * np.asarray(solar, float) - np.asarray(net_longwave, float))


def soil_heat_month_mj(
    *, t_previous_c: ArrayLike, t_next_c: ArrayLike | None = None, t_this_c: ArrayLike | None = None
) -> Values:
    """Return the soil heat flux of a month in MJ m-2 a day, from its neighbours or from the month before only.

    Source: FAO-56 Eq. 43 (with ``t_next_c``) and 44 (with ``t_this_c``).
    """
    if t_next_c is not None:
        return np.asarray(c.SOIL_HEAT_PREVIOUS_AND_NEXT * (np.asarray(t_next_c, float) - np.asarray(t_previous_c)))
    this = t_previous_c if t_this_c is None else t_this_c
    return np.asarray(c.SOIL_HEAT_PREVIOUS * (np.asarray(this, float) - np.asarray(t_previous_c)))


def wind_at_2m(wind_m_s: ArrayLike, *, height_m: ArrayLike) -> Values:
    """Return the wind at 2 m in m/s from a measurement at ``height_m``.

    Source: FAO-56 Eq. 47.
    """
    factor, scale, offset = c.WIND_2M
    return np.asarray(np.asarray(wind_m_s, float) * factor / np.log(scale * np.asarray(height_m, float) - offset))


def penman_monteith_mm(
    t_c: ArrayLike, wind_2m: ArrayLike, *, net_mj: ArrayLike, soil_mj: ArrayLike = 0,
    es_kpa: ArrayLike, ea_kpa: ArrayLike, elevation_m: ArrayLike, numerator: float = c.PM_DAILY,
) -> Values:  # fmt: skip
    """Return ETo in mm a day from net radiation, wind and vapour pressures.

    Source: FAO-56 Eq. 6; with ``numerator`` 37 Eq. 53, in mm an hour.
    """
    delta, gamma = saturation_slope_kpa_c(t_c), psychrometric_kpa_c(elevation_m)
    t, u2 = np.asarray(t_c, float), np.asarray(wind_2m, float)
    radiation = c.PM_RADIATION * delta * (np.asarray(net_mj, float) - np.asarray(soil_mj, float))
    wind = gamma * numerator / (t + c.PM_T_K) * u2 * (np.asarray(es_kpa, float) - np.asarray(ea_kpa, float))
    return np.asarray((radiation + wind) / (delta + gamma * (1 + c.PM_SURFACE * u2)))


def eto_daily_mm(
    latitude_deg: ArrayLike, day_of_year: ArrayLike, *, elevation_m: ArrayLike, t_max_c: ArrayLike, t_min_c: ArrayLike,
    ea_kpa: ArrayLike, wind_2m: ArrayLike, solar_mj: ArrayLike, soil_mj: ArrayLike = 0,
) -> Values:  # fmt: skip
    """Return ETo in mm a day; for a month give the month's means, its middle day and the soil heat flux.

    Source: FAO-56 Eq. 6, boxes 11 and 12.
    """
    clear = clear_sky_mj(extraterrestrial_mj(latitude_deg, day_of_year), elevation_m=elevation_m)
    longwave = net_longwave_mj(t_max_c, t_min_c, ea_kpa=ea_kpa, clearness=np.asarray(solar_mj, float) / clear)
    mean_c = _mean(np.asarray(t_max_c, float), np.asarray(t_min_c, float))
    return penman_monteith_mm(
        mean_c, wind_2m, net_mj=net_radiation_mj(solar_mj, longwave), soil_mj=soil_mj,
        es_kpa=mean_saturation_kpa(t_max_c, t_min_c), ea_kpa=ea_kpa, elevation_m=elevation_m,
    )  # fmt: skip


def eto_hourly_mm(
    t_c: ArrayLike, rh_pct: ArrayLike, *, elevation_m: ArrayLike, wind_2m: ArrayLike, solar_mj: ArrayLike,
    clearness: ArrayLike, daytime: ArrayLike,
) -> Values:  # fmt: skip
    """Return ETo in mm an hour; ``clearness`` is Rs/Rso, by night that of two or three hours before sunset.

    Source: FAO-56 Eq. 53, 45 and 46.
    """
    es = saturation_kpa(t_c)
    ea = es * np.asarray(rh_pct, float) / c.PER_CENT
    net = net_radiation_mj(solar_mj, net_longwave_mj(t_c, t_c, ea_kpa=ea, clearness=clearness, hours=1))
    soil = net * np.where(daytime, c.SOIL_HEAT_BY_DAY, c.SOIL_HEAT_BY_NIGHT)
    return penman_monteith_mm(
        t_c, wind_2m, net_mj=net, soil_mj=soil, es_kpa=es, ea_kpa=ea, elevation_m=elevation_m, numerator=c.PM_HOURLY
    )


def hargreaves_mm(latitude_deg: ArrayLike, day_of_year: ArrayLike, *, t_max_c: ArrayLike, t_min_c: ArrayLike) -> Values:
    """Return ETo in mm a day from temperatures only.

    Source: FAO-56 Eq. 52.
    """
    high, low = np.asarray(t_max_c, float), np.asarray(t_min_c, float)
    radiation_mm = c.PM_RADIATION * extraterrestrial_mj(latitude_deg, day_of_year)
    return np.asarray(c.HARGREAVES * (_mean(high, low) + c.HARGREAVES_T_C) * np.sqrt(high - low) * radiation_mm)


def _mean(first: Values, second: Values) -> Values:
    return np.asarray((first + second) / c.PAIR)


def _year_angle(day_of_year: ArrayLike) -> Values:
    return np.asarray(c.FULL_TURN_RAD / c.DAYS_OF_YEAR * np.asarray(day_of_year, float))


def _sun_correction_h(day_of_year: int) -> float:
    """Return the seasonal correction of solar time in hours (Eq. 32, 33)."""
    b = c.FULL_TURN_RAD * (day_of_year - c.SUN_CORRECTION_DAY) / c.SUN_CORRECTION_DAYS
    twice, cosine, sine = c.SUN_CORRECTION
    return float(twice * np.sin(c.PAIR * b) - cosine * np.cos(b) - sine * np.sin(b))


def _fourth_power_k(t_c: ArrayLike) -> Values:
    return np.asarray((np.asarray(t_c, float) + c.KELVIN_OF_0_C) ** c.FOURTH_POWER)
