"""The money never doubles or disappears: processes that pay are killed in the middle, and two cashiers race."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_parcel

from donhan_gis.store import open_store

YEAR = 2569
CASHIER = Path(__file__).with_name("pay_until_killed.py")
ONE_PAYMENT = """
import sys, donhan_gis.tasks
from donhan_gis.errors import DonhanError
from donhan_gis.task import Context, run_task
sys.stdin.readline()
try:
    report = run_task("tax.pay", Context(project=sys.argv[1], user=sys.argv[2]), year_be=2569, taxpayer="p2",
                      paid_on="2026-06-15")
    print("paid", report.facts["number"])
except DonhanError as error:
    print("refused", error.code)
"""


@pytest.fixture
def taxed(project: Path, run: Any) -> Path:
    """Two taxpayers owe 90,000 baht each (30 M of other use at 0.3 %)."""
    for column, owner in ((0, "p2"), (2, "p1")):
        uid = f"P{column + 1}"
        add_parcel(
            project, uid, owner=owner, area_sqwah=30_000, price_baht=1_000, uses={"other": 30_000}, column=column
        )
    run("tax.assess", year_be=YEAR)
    return project


def start(words: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def check_books(project: Path, run: Any) -> int:
    """Assert that the file is sound, numbers have no gap, receipts are whole and every sum agrees; returns how many."""
    plain = sqlite3.connect(project)
    assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    plain.close()
    with open_store(project) as store:
        rows = store.rows("receipt", order="number")
        assert [row["number"] for row in rows] == [f"2569/{i:05d}" for i in range(1, len(rows) + 1)]
        for row in rows:
            assert row["total_satang"] == row["tax_satang"] + row["penalty_satang"] + row["surcharge_satang"] == 100
            assert (row["state"] == "cancelled") == bool(row["cancelled_on"] and row["cancelled_by"])
            actions = [change.action for change in store.history("receipt", row["uid"])]
            assert actions == ["insert", "update"][: 1 + (row["state"] == "cancelled")]
        taken = {
            key: sum(row["total_satang"] for row in rows if row["taxpayer_key"] == key and row["state"] == "valid")
            for key in ("p1", "p2")
        }
    for key, satang in taken.items():
        facts = run("tax.owed", year_be=YEAR, taxpayer=key, as_of="2026-06-15").facts
        assert facts["paid_satang"] == satang
        assert facts["owed_satang"] == 9_000_000 - satang
        assert facts["adds_up"]
    day = run("tax.daily_remittance", day="2026-06-15").facts
    assert day["total_satang"] == sum(taken.values())
    return len(rows)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
def test_killed_in_the_middle_leaves_the_books_whole(taxed: Path, run: Any) -> None:
    chance, before = random.Random(2569), 0
    for _ in range(4):
        cashiers = [start([str(CASHIER), str(taxed), key]) for key in ("p1", "p2")]
        for cashier in cashiers:
            assert cashier.stdout
            assert cashier.stdout.readline() == "ready\n"
        time.sleep(0.5 + chance.random() * 0.7)
        for cashier in cashiers:
            cashier.send_signal(signal.SIGKILL)
        for cashier in cashiers:
            assert cashier.wait(10) == -signal.SIGKILL
            cashier.communicate()
        now = check_books(taxed, run)
        assert now > before
        before = now


def test_of_cashiers_who_take_one_bill_at_once_one_gets_it(taxed: Path, run: Any) -> None:
    cashiers = [start(["-c", ONE_PAYMENT, str(taxed), f"ช่อง {i}"]) for i in range(3)]
    for cashier in cashiers:
        assert cashier.stdin
        cashier.stdin.write("\n")
        cashier.stdin.flush()
    said = sorted(cashier.communicate(timeout=60)[0].strip() for cashier in cashiers)
    assert said == ["paid 2569/00001", "refused collection.already_paid", "refused collection.already_paid"]
    assert run("tax.owed", year_be=YEAR, taxpayer="p2", as_of="2026-06-15").facts["owed_satang"] == 0
    with open_store(taxed) as store:
        assert store.count("receipt") == 1
