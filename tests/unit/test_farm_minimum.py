"""The table of plants and animals of the notification of 30 Jan 2563 and its change of 2566."""

from __future__ import annotations

import pytest

from donhan_gis.errors import NoLawForDate
from donhan_gis.register import load_registers
from donhan_gis.task import Context, run_task
from donhan_gis.tax.farm_minimum import animals, plants


@pytest.mark.parametrize(
    ("code", "per_rai"),
    [("banana_namwa", 200), ("durian", 20), ("rubber", 80), ("lime", 50), ("strawberry", 10_000), ("mangosteen", 16),
     ("papaya_raised", 100), ("papaya", 175), ("oil_palm", 22), ("coffee_arabica", 533)],
)  # fmt: skip
def test_numbers_of_the_notification(code: str, per_rai: int) -> None:
    assert plants(2563)[code].per_rai == plants(2569)[code].per_rai == per_rai


def test_timber_fell_to_thirty_in_2566() -> None:
    assert [plants(year)["timber"].per_rai for year in (2563, 2565, 2566, 2569)] == [100, 100, 30, 30]
    assert all(plant.unsure for plant in plants(2566).values())


def test_least_on_an_area() -> None:
    """2 rai 1 ngan 50 sq.wah = 950 sq.wah: mango 20 x 2.375 = 47.5, so 47 whole plants; banana 475."""
    assert plants(2569)["mango"].least(950) == 47
    assert plants(2569)["banana_hom"].least(950) == 475
    assert plants(2569)["mango"].least(0) == 0


def test_animals() -> None:
    cattle = animals(2569)["cattle"]
    assert (float(cattle.pen_m2 or 0), float(cattle.rai or 0)) == (7, 5)
    assert animals(2569)["deer"].pen_m2 is None


def test_year_before_the_act_has_no_table() -> None:
    with pytest.raises(NoLawForDate):
        plants(2562)


def test_list_of_the_form_is_that_of_the_table() -> None:
    choices = {choice.code: (choice.th, choice.en) for choice in load_registers().choices["farm_plant"]}
    assert choices == {plant.code: (plant.th, plant.en) for plant in plants(2569).values()}


def test_task_lists_what_is_looked_for() -> None:
    report = run_task("tax.farm_minimum", Context(), year_be=2569, name="กล้วย", area_sqwah=800)
    assert report.tables[0].rows[0][:4] == ["กล้วยหอม", "Cavendish banana", 200, 400]
    assert len(report.tables[0].rows) == 3
    assert report.tables[1].rows == []
    whole = run_task("tax.farm_minimum", Context(), year_be=2569)
    assert len(whole.tables[1].rows) == len(animals(2569))
    assert all(row[-1] for table in whole.tables for row in table.rows)
