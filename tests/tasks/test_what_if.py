"""What-if of the whole municipality: rates, exemptions and prices supposed, against figures worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_parcel, bills

from donhan_gis.errors import DeclarationError, InvalidInput
from donhan_gis.exchange.qgis_project import write_project
from donhan_gis.register import load_registers
from donhan_gis.report import Report, Table
from donhan_gis.store import open_store

pytestmark = pytest.mark.filterwarnings("error")


def table(report: Report, name: str) -> Table:
    """Return a table of a report by its name."""
    return next(one for one in report.tables if one.name == name)


def lines(project: Path) -> dict[str, tuple[int, int, str]]:
    """Return tax before, after and the kind of change by parcel, as kept for the map."""
    with open_store(project) as store:
        return {
            row["parcel_uid"]: (row["before_satang"], row["after_satang"], row["change"])
            for row in store.rows("what_if_line")
        }


@pytest.fixture
def town(project: Path) -> Path:
    """Vacant P1 of 1 M (3,000 baht), other use P2 of 2 M (6,000), a farm P3 of 60 M of a natural person (1,000)."""
    for uid, owner, price, use, place in (
        ("P1", "p1", 10_000, "vacant", 0),
        ("P2", "p2", 20_000, "other", 2),
        ("P3", "p1", 600_000, "agriculture", 4),
    ):
        add_parcel(project, uid, owner=owner, area_sqwah=100, price_baht=price, uses={use: 100}, column=place)
    return project


def test_one_rate_raised_by_points(town: Path, run: Any) -> None:
    # Vacant land at 0.3 + 0.05 points: 1 M x 0.35 % = 3,500 baht; the others stay.
    report = run("tax.what_if", year_be=2569, rate_row="vacant", rate_points=0.05)
    assert lines(town) == {
        "P1": (300_000, 350_000, "up"),
        "P2": (600_000, 600_000, "same"),
        "P3": (100_000, 100_000, "same"),  # 60 M - 50 M (s.40) = 10 M x 0.01 %
    }
    assert report.facts["difference_satang"] == 50_000
    assert report.facts["sums_agree"]
    by_class = {row[0]: row[3] for row in table(report, "by_class").rows}
    assert by_class == {"vacant": 50_000, "other_use": 0, "agriculture": 0}


def test_a_rate_above_the_ceiling_of_section_37_is_refused(town: Path, run: Any) -> None:
    with pytest.raises(DeclarationError) as refused:
        run("tax.what_if", year_be=2569, rate_row="agriculture", rate_points=0.2)
    assert refused.value.code == "tax.rate_over_ceiling"
    assert lines(town) == {}


def test_lower_rates_stop_at_nought(town: Path, run: Any) -> None:
    run("tax.what_if", year_be=2569, rate_row="agriculture", rate_points=-1)
    assert lines(town)["P3"] == (100_000, 0, "gone")


def test_exemption_of_farms_taken_away(town: Path, run: Any) -> None:
    # 60 M without the allowance: 60 M x 0.01 % = 6,000 baht (slice up to 75 M).
    run("tax.what_if", year_be=2569, exempt_farm_satang=0)
    assert lines(town)["P3"] == (100_000, 600_000, "up_half")


def test_prices_of_one_use_or_village(town: Path, run: Any) -> None:
    run("tax.what_if", year_be=2569, price_factor_pct=50, price_class="other")
    assert lines(town)["P2"] == (600_000, 300_000, "down")
    run("tax.what_if", year_be=2569, price_factor_pct=110, price_moo=1)
    assert lines(town) == {
        "P1": (300_000, 330_000, "up"),
        "P2": (600_000, 660_000, "up"),
        "P3": (100_000, 160_000, "up_half"),  # 66 M - 50 M = 16 M x 0.01 %
    }
    with pytest.raises(InvalidInput) as refused:
        run("tax.what_if", year_be=2569, price_factor_pct=110, price_moo=9)
    assert refused.value.code == "what_if.no_village"


def test_a_draft_by_law(town: Path, run: Any, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    head = 'schema = 1\narea = "land_building"\ncovers = [2563, 2570]\nth = "ร่าง"\nen = "draft"\n'
    entry = '[[value]]\nkey = "rate.other_use"\nfrom = 2569\nunit = "brackets"\nvalue = [["", "0.60"]]\nsource = "x"\n'
    draft.write_text(head + entry, encoding="utf-8")
    run("tax.what_if", year_be=2569, by_law=str(draft))
    assert lines(town)["P2"] == (600_000, 1_200_000, "up_half")


def test_the_kept_assessment_is_not_touched_and_agrees(town: Path, run: Any) -> None:
    run("tax.assess", year_be=2569)
    run("tax.review_run", year_be=2569)
    run("tax.freeze", year_be=2569)
    kept = bills(town)
    report = run("tax.what_if", year_be=2569, rate_points=0.01)
    run("tax.what_if", year_be=2569, rate_points=0.02)
    assert bills(town) == kept
    assert report.facts["before_satang"] == sum(kept.values())
    with open_store(town) as store:
        assert [one["task"] for one in store.rows("run")] == ["tax.assess", "tax.what_if"]  # the newest what-if only


def test_differences_are_a_coloured_layer(town: Path, run: Any) -> None:
    run("tax.what_if", year_be=2569, rate_points=0.01)
    with open_store(town) as store:
        assert all(row["geom"].area == pytest.approx(1600) for row in store.rows("what_if_line", geometry=True))
    write_project(town, load_registers(), title="ทดสอบ")
    with open_store(town) as store:
        (style,) = store.query("SELECT styleQML FROM layer_styles WHERE f_table_name = 'what_if_line'")
    assert 'attr="change"' in style["styleQML"]
    assert all(f'value="{code}"' in style["styleQML"] for code in ("new", "up_half", "up", "same", "down", "gone"))
