"""A cashier's program for the kill test: pays baht after baht until it is killed. Arguments: project, taxpayer."""

from __future__ import annotations

import sys

import donhan_gis.tasks  # noqa: F401  fills the task list
from donhan_gis.errors import StoreLocked
from donhan_gis.task import Context, run_task


def main(project: str, taxpayer: str) -> None:
    """Pay and cancel for ever."""
    context = Context(project=project, user=f"ช่อง {taxpayer}")
    print("ready", flush=True)
    while True:
        try:
            number = run_task(
                "tax.pay", context, year_be=2569, taxpayer=taxpayer, amount=100, paid_on="2026-06-15"
            ).facts["number"]
            if number.endswith(("3", "7")):
                run_task("tax.cancel_receipt", context, number=number, reason="ทดสอบ", cancelled_on="2026-06-15")
        except StoreLocked:
            continue  # the other cashier writes


if __name__ == "__main__":
    main(*sys.argv[1:])
