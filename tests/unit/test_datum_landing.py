"""Where files land: the boxes of Don Han and Thailand, and every way in which a .prj lies."""

from __future__ import annotations

import pytest

from donhan_gis.parcels.landing import candidates, home_box_deg, places, thailand, where_it_lands

# Don Han in each system (fact sheet of this project, section 4.3), metres.
HOME_32648 = (267_580, 1_800_450, 277_810, 1_813_290)
HOME_24048 = (267_990, 1_800_130, 278_220, 1_812_970)
HOME_32647 = (908_900, 1_800_450, 918_900, 1_813_290)
HOME_DEG = (102.825, 16.274, 102.920, 16.390)


@pytest.mark.parametrize(
    ("bounds", "crs", "verdict"),
    [
        (HOME_32648, "EPSG:32648", "home"),
        (HOME_24048, "EPSG:24048", "home"),
        (HOME_32647, "EPSG:32647", "home"),
        (HOME_DEG, "EPSG:4326", "home"),
        (HOME_32648, "EPSG:32647", "wrong_zone"),
        (HOME_24048, "EPSG:24047", "wrong_zone"),
        (HOME_32648, "EPSG:4326", "lying"),
        (HOME_DEG, "EPSG:32648", "lying"),
        ((16.274, 102.825, 16.390, 102.920), "EPSG:4326", "swapped"),
        (HOME_32648, None, "unknown"),
        ((500_000, 2_000_000, 510_000, 2_010_000), "EPSG:32647", "thailand"),
        # Fields in Cambodia and in Viet Nam, inside or beside the coarse box of Thailand.
        ((272_649, 1_456_003, 277_495, 1_456_260), "EPSG:32648", "abroad"),
        ((624_012, 2_302_886, 626_755, 2_309_217), "EPSG:32648", "abroad"),
        ((600_000, 6_200_000, 610_000, 6_210_000), "EPSG:2154", "abroad"),
    ],
)
def test_verdicts(bounds, crs, verdict):
    assert where_it_lands(bounds, crs).verdict == verdict


def test_wrong_zone_names_the_way_and_the_right_systems():
    landing = where_it_lands(HOME_32648, "EPSG:32647")
    assert landing.distance_km == pytest.approx(places()["indian_1975"]["wrong_zone_km"], rel=0.02)
    assert landing.suggestions == ("EPSG:32648", "EPSG:24048")


def test_a_box_cannot_tell_indian_1975_from_wgs_84():
    for crs in ("EPSG:32648", "EPSG:24048"):
        assert where_it_lands(HOME_32648, crs).ambiguous
    assert set(candidates(HOME_32648)) == {"EPSG:32648", "EPSG:24048"}


def test_outline_holds_all_of_the_coarse_box_test():
    west, south, east, north = places()["thailand"]["box_deg"]
    outline = thailand().bounds
    assert outline == pytest.approx((west, south, east, north), abs=0.12)
    assert thailand().is_valid


def test_another_home():
    """Takhli, Nakhon Sawan: for an office there Don Han is elsewhere in Thailand."""
    landing = where_it_lands(HOME_DEG, "EPSG:4326", home=(100.2, 15.1, 100.5, 15.4))
    assert landing.verdict == "thailand"
    assert 250 < landing.distance_km < 290
    assert home_box_deg()[0] < HOME_DEG[0]
