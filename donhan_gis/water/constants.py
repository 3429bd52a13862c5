"""Every number the water engine holds: units, and the coefficients of published equations with their equation numbers.

Law, crops, climate and local parameters are not here but in ``data/crops`` and ``data/climate``. This is the one
module of the engine where literals other than 0 and 1 may stand.
"""

from __future__ import annotations

import math
from typing import Final

# Units
M2_PER_RAI: Final = 1600
MM_PER_M: Final = 1000
M3_PER_RAI_MM: Final = M2_PER_RAI / MM_PER_M
M3_PER_MILLION_M3: Final = 1_000_000
DAYS_PER_WEEK: Final = 7
MONTHS_PER_YEAR: Final = 12
HOURS_PER_DAY: Final = 24
HOURS_PER_DEGREE: Final = 1 / 15  # the earth turns 15 degrees an hour
PER_CENT: Final = 100
KELVIN_OF_0_C: Final = 273.16  # FAO-56 Eq. 39 takes 273.16
M_PER_S_OF_KM_PER_DAY: Final = 1000 / 86_400

# RID method: the ROS workbook of the Royal Irrigation Department (Mun Bon project, wet season B.E. 2568)
RID_WEEKS_PER_MONTH: Final = 4  # sheet ETo: a week is a quarter of the month
RID_WEEKS_PER_YEAR: Final = 52
RID_FIRST_MONTH: Final = 11  # week 1 is 1-7 November

# Effective rain, monthly (mm)
SCS_BREAK_MM: Final = 250  # USDA-SCS as in CROPWAT 8: P(125 - 0.2 P)/125 up to 250 mm, 125 + 0.1 P above
SCS_SCALE_MM: Final = 125
SCS_LOSS: Final = 0.2
SCS_ABOVE_SHARE: Final = 0.1
AGLW_BREAK_MM: Final = 70  # FAO/AGLW dependable rain: 0.6 P - 10 up to 70 mm, 0.8 P - 24 above
AGLW_BELOW: Final = (0.6, 10.0)
AGLW_ABOVE: Final = (0.8, 24.0)
MANUAL3_BREAK_MM: Final = 75  # FAO Irrigation Water Management Training Manual 3, 4.2: 0.6 P - 10, 0.8 P - 25
MANUAL3_BELOW: Final = (0.6, 10.0)
MANUAL3_ABOVE: Final = (0.8, 25.0)

# Mathematics
PAIR: Final = 2  # a mean of two values, a double angle
SQUARE: Final = 2
FULL_TURN_RAD: Final = 2 * math.pi

# FAO Irrigation and Drainage Paper 56 (Allen, Pereira, Raes, Smith 1998); the equation number beside each
PRESSURE_SEA_KPA: Final = 101.3  # Eq. 7
PRESSURE_T_K: Final = 293.0
PRESSURE_LAPSE: Final = 0.0065
PRESSURE_POWER: Final = 5.26
PSYCHROMETRIC: Final = 0.665e-3  # Eq. 8
TETENS_KPA: Final = 0.6108  # Eq. 11
TETENS_SLOPE: Final = 17.27
TETENS_C: Final = 237.3
DELTA_FACTOR: Final = 4098.0  # Eq. 13
WET_BULB_VENTILATED: Final = 0.000662  # Eq. 16, Asmann psychrometer
SOLAR_CONSTANT: Final = 0.0820  # Eq. 21, MJ m-2 min-1
MINUTES_PER_DAY: Final = 1440  # Eq. 21
MINUTES_PER_HOUR: Final = 60  # Eq. 28
DAYS_OF_YEAR: Final = 365  # Eq. 23, 24
SUN_DISTANCE: Final = 0.033  # Eq. 23
DECLINATION: Final = 0.409  # Eq. 24
DECLINATION_PHASE: Final = 1.39
SOLAR_NOON_H: Final = 12  # Eq. 31
SUN_CORRECTION: Final = (0.1645, 0.1255, 0.025)  # Eq. 32
SUN_CORRECTION_DAY: Final = 81  # Eq. 33
SUN_CORRECTION_DAYS: Final = 364
ANGSTROM_A: Final = 0.25  # Eq. 35
ANGSTROM_B: Final = 0.50
CLEAR_SKY: Final = 0.75  # Eq. 37
CLEAR_SKY_PER_M: Final = 2e-5
ALBEDO: Final = 0.23  # Eq. 38
STEFAN_BOLTZMANN: Final = 4.903e-9  # Eq. 39, MJ K-4 m-2 day-1
LONGWAVE_EA: Final = (0.34, 0.14)
LONGWAVE_CLOUD: Final = (1.35, 0.35)
FOURTH_POWER: Final = 4
SOIL_HEAT_PREVIOUS_AND_NEXT: Final = 0.07  # Eq. 43
SOIL_HEAT_PREVIOUS: Final = 0.14  # Eq. 44
SOIL_HEAT_BY_DAY: Final = 0.1  # Eq. 45
SOIL_HEAT_BY_NIGHT: Final = 0.5  # Eq. 46
WIND_2M: Final = (4.87, 67.8, 5.42)  # Eq. 47
PM_RADIATION: Final = 0.408  # Eq. 6, mm per MJ m-2
PM_DAILY: Final = 900.0  # Eq. 6
PM_HOURLY: Final = 37.0  # Eq. 53
PM_T_K: Final = 273.0
PM_SURFACE: Final = 0.34
HARGREAVES: Final = 0.0023  # Eq. 52
HARGREAVES_T_C: Final = 17.8
KC_WIND: Final = 0.04  # Eq. 62, 65
KC_WIND_M_S: Final = 2.0
KC_HUMIDITY: Final = 0.004
KC_HUMIDITY_PCT: Final = 45.0
KC_HEIGHT_M: Final = 3.0
KC_HEIGHT_POWER: Final = 0.3
KC_END_LEAST: Final = 0.45  # Eq. 65 holds from Kc end 0.45 upwards
KC_WIND_RANGE_M_S: Final = (1.0, 6.0)
KC_HUMIDITY_RANGE_PCT: Final = (20.0, 80.0)
KC_HEIGHT_RANGE_M: Final = (0.1, 10.0)
