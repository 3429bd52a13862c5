"""A run: what was computed, when, by whom, with which law and data; its results refer to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from donhan_gis import __version__
from donhan_gis.store import Store


def start_run(store: Store, task: str, *, year_be: int, parameters: Mapping[str, Any], law_hash: str) -> str:
    """Write the run and return its uid; call inside the transaction that writes the results."""
    now = datetime.now().isoformat(sep=" ", timespec="seconds")
    row = {
        "task": task,
        "tax_year_be": year_be,
        "parameters": json.dumps(dict(parameters), ensure_ascii=False, default=str),
        "law_hash": law_hash,
        "software": f"donhan-gis {__version__}",
        "user": store.user,
        "state": "trial",
        "started_at": now,
        "finished_at": now,
    }
    return store.insert("run", [row])[0]


def newest_run(store: Store, task: str, year_be: int) -> dict[str, Any] | None:
    """Return the latest run of a task for a year, or None."""
    found = store.rows("run", "task = ? AND tax_year_be = ?", [task, year_be], order="fid DESC", limit=1)
    return found[0] if found else None


def drop_trials(store: Store, task: str, year_be: int, *, results: Sequence[str]) -> None:
    """Take out earlier trial runs of a task for a year with their results; reviewed and frozen ones stay.

    ``results`` names the registers that refer to a run, those referred to last.
    """
    for run in store.rows("run", "task = ? AND tax_year_be = ? AND state = 'trial'", [task, year_be]):
        for register in results:
            store.clear(register, "run_uid = ?", [run["uid"]])
        store.clear("run", "uid = ?", [run["uid"]])
