"""A run: what was computed, when, by whom, with which law and data; its results refer to it.

A run begins as a trial, is reviewed and then frozen. Only trials are replaced; a year that was frozen or paid is
computed again only for a stated reason, beside what stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from donhan_gis import __version__
from donhan_gis.errors import InvalidInput, NotAllowed
from donhan_gis.field import Kind
from donhan_gis.store import Store

Run = dict[str, Any]
ASSESS = "tax.assess"
TRIAL, REVIEWED, FROZEN = "trial", "reviewed", "frozen"


def now() -> str:
    """Return the office's time to the second, as runs keep it."""
    return datetime.now().isoformat(sep=" ", timespec="seconds")


def start_run(
    store: Store, task: str, *, year_be: int, parameters: Mapping[str, Any], law_hash: str, summary: str = "",
    reason: str = "",
) -> str:  # fmt: skip
    """Write the run and return its uid; call inside the transaction that writes the results."""
    moment = now()
    row = {
        "task": task,
        "tax_year_be": year_be,
        "parameters": json.dumps(dict(parameters), ensure_ascii=False, default=str),
        "law_hash": law_hash,
        "software": f"donhan-gis {__version__}",
        "user": store.user,
        "state": TRIAL,
        "reason": reason or None,
        "summary": summary or None,
        "started_at": moment,
        "finished_at": moment,
    }
    return store.insert("run", [row])[0]


def runs_of(store: Store, task: str, year_be: int, *states: str) -> list[Run]:
    """Return the runs of a task for a year, the newest first; of some states where they are named."""
    found = store.rows("run", "task = ? AND tax_year_be = ?", [task, year_be], order="fid DESC")
    return [run for run in found if not states or run["state"] in states]


def newest_run(store: Store, task: str, year_be: int) -> Run | None:
    """Return the run that counts for a year: the newest frozen one, else the newest; None where there is none."""
    found = runs_of(store, task, year_be, FROZEN) or runs_of(store, task, year_be)
    return found[0] if found else None


def run_wanted(store: Store, task: str, year_be: int, *, field: str = "year_be") -> Run:
    """Return the run that counts for a year.

    Raises:
        InvalidInput: nothing was computed for that year.
    """
    found = newest_run(store, task, year_be)
    if found is None:
        raise InvalidInput("run.none", field=field, year=year_be)
    return found


def check_may_run(store: Store, task: str, year_be: int, *, results: Sequence[str], reason: str | None) -> None:
    """Refuse to compute a frozen or paid year again without a reason.

    Raises:
        NotAllowed: the year's run is frozen, or receipts and the like refer to its results, and no reason is given.
    """
    if reason and reason.strip():
        return
    frozen = runs_of(store, task, year_be, FROZEN)
    if frozen:
        by, at = frozen[0]["frozen_by"] or "–", frozen[0]["frozen_at"] or "–"
        raise NotAllowed("run.frozen", field="reason", year=year_be, by=by, at=at)
    for run in runs_of(store, task, year_be):
        for title, title_en, count in _used_by(store, run["uid"], results):
            raise NotAllowed("run.in_use", field="reason", year=year_be, register=title, register_en=title_en, n=count)


def drop_trials(store: Store, task: str, year_be: int, *, results: Sequence[str]) -> None:
    """Take out earlier trial runs of a task for a year with their results; reviewed, frozen and used ones stay.

    ``results`` names the registers that refer to a run, those referred to last.
    """
    for run in runs_of(store, task, year_be, TRIAL):
        if any(_used_by(store, run["uid"], results)):
            continue
        for register in results:
            store.clear(register, "run_uid = ?", [run["uid"]])
        store.clear("run", "uid = ?", [run["uid"]])


def _used_by(store: Store, run_uid: str, results: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Yield title and number of rows, for each register beside the results, that refer to results of a run."""
    for register in store.registers.values():
        if register.name in results:
            continue
        for field in register.fields:
            if field.kind is Kind.REF and field.to in results:
                inside = f'"{field.name}" IN (SELECT uid FROM "{field.to}" WHERE run_uid = ?)'
                count = store.count(register.name, inside, [run_uid])
                if count:
                    yield register.th, register.en, count
