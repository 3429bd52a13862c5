"""Tasks that bring an assessment from trial over review to frozen; who did it and when stays with the run."""

from __future__ import annotations

from donhan_gis.errors import NotAllowed
from donhan_gis.field import Field, Kind
from donhan_gis.report import Report, Table
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.runs import ASSESS, FROZEN, REVIEWED, TRIAL, Run, now, run_wanted, runs_of
from donhan_gis.thai import format_baht

YEAR = Field("year_be", Kind.INT, "ปีภาษี พ.ศ.", "Tax year B.E.", required=True, minimum=2563, maximum=2700)


@task(
    "tax.review_run",
    th="บันทึกว่าตรวจทานผลประเมินแล้ว",
    en="Mark the trial assessment as reviewed",
    parameters=(YEAR,),
    group="tax",
    help_th="ผลประเมินทดลองครั้งล่าสุดของปีเปลี่ยนเป็นตรวจทานแล้ว เก็บชื่อผู้ตรวจทานและเวลา การประเมินครั้งต่อไปไม่ทับผลที่ตรวจทานแล้ว",
    help_en="The newest trial of the year becomes reviewed, with who and when. Later trials do not replace it.",
)
def review_run(context: Context, *, year_be: int) -> Report:
    """Mark the newest trial run as reviewed."""
    with open_store(context.project, user=context.user) as store, store.transaction():
        run = run_wanted(store, ASSESS, year_be)
        trials = runs_of(store, ASSESS, year_be, TRIAL)
        if not trials or trials[0]["fid"] < _newest(store, year_be):
            raise NotAllowed("run.nothing_to_review", year=year_be, state=_state(store, run), state_en=run["state"])
        changes = {"state": REVIEWED, "reviewed_by": store.user, "reviewed_at": now()}
        store.update("run", trials[0]["uid"], changes, rev=trials[0]["rev"])
        return _report(store, year_be, trials[0]["uid"], "ตรวจทานผลประเมินแล้ว", "Assessment reviewed")


@task(
    "tax.freeze",
    th="รับรองผลประเมินของปี",
    en="Freeze the assessment of a year",
    parameters=(YEAR,),
    group="tax",
    help_th="ผลประเมินที่ตรวจทานแล้วเป็นผลของปี ใบแจ้งและการรับชำระใช้ผลนี้ ประเมินใหม่ได้เมื่อระบุเหตุผลเท่านั้น",
    help_en="The reviewed run becomes the year's: notices and payments use it; assessing again needs a reason.",
)
def freeze(context: Context, *, year_be: int) -> Report:
    """Freeze the newest reviewed run."""
    with open_store(context.project, user=context.user) as store, store.transaction():
        run = run_wanted(store, ASSESS, year_be)
        reviewed = runs_of(store, ASSESS, year_be, REVIEWED)
        frozen = runs_of(store, ASSESS, year_be, FROZEN)
        if not reviewed or (frozen and reviewed[0]["fid"] < frozen[0]["fid"]):
            raise NotAllowed("run.not_reviewed", year=year_be, state=_state(store, run), state_en=run["state"])
        changes = {"state": FROZEN, "frozen_by": store.user, "frozen_at": now()}
        store.update("run", reviewed[0]["uid"], changes, rev=reviewed[0]["rev"])
        return _report(store, year_be, reviewed[0]["uid"], "รับรองผลประเมินแล้ว", "Assessment frozen")


def _newest(store: Store, year_be: int) -> int:
    return int(runs_of(store, ASSESS, year_be)[0]["fid"])


def _state(store: Store, run: Run) -> str:
    return next(choice.th for choice in store.registers.choices["run_state"] if choice.code == run["state"])


def _report(store: Store, year_be: int, run_uid: str, th: str, en: str) -> Report:
    columns = (
        Field("started_at", Kind.TEXT, "ประเมินเมื่อ", "Assessed at"),
        Field("state", Kind.CHOICE, "สถานะ", "State", choices="run_state"),
        Field("user", Kind.TEXT, "ผู้ประเมิน", "Assessed by", privacy="personal"),
        Field("reviewed_by", Kind.TEXT, "ผู้ตรวจทาน", "Reviewed by", privacy="personal"),
        Field("frozen_by", Kind.TEXT, "ผู้รับรองผล", "Frozen by", privacy="personal"),
        Field("reason", Kind.TEXT, "เหตุผล", "Reason"),
        Field("taxpayers", Kind.INT, "ผู้เสียภาษี", "Taxpayers"),
        Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
    )
    sums = {run["uid"]: _sum(store, run["uid"]) for run in runs_of(store, ASSESS, year_be)}
    rows = [
        [*(run[column.name] for column in columns[:6]), *sums[run["uid"]]] for run in runs_of(store, ASSESS, year_be)
    ]
    taxpayers, tax = sums[run_uid]
    held = store.count("assessment", "run_uid = ? AND note IS NOT NULL", [run_uid])
    return Report(
        f"{th} ปีภาษี {year_be}",
        f"{en}, tax year {year_be}",
        tables=(Table("runs", "การประเมินของปี", "Runs of the year", columns, rows),),
        notes_th=(
            f"ผู้เสียภาษี {taxpayers:,} ราย ภาษีรวม {format_baht(tax)} บาท",
            *([f"มี {held:,} รายที่มีทรัพย์สินบางรายการยังประเมินไม่ได้"] if held else []),
        ),
        notes_en=(
            f"{taxpayers:,} taxpayers, {format_baht(tax)} baht in all",
            *([f"{held:,} of them hold property that could not be assessed"] if held else []),
        ),
        choices=store.registers.choices,
        facts={"run_uid": run_uid, "taxpayers": taxpayers, "tax_satang": tax, "held": held},
    )


def _sum(store: Store, run_uid: str) -> tuple[int, int]:
    sql = "SELECT count(*) AS n, coalesce(sum(tax_satang), 0) AS tax FROM assessment WHERE run_uid = ?"
    found = store.query(sql, [run_uid])[0]
    return int(found["n"]), int(found["tax"])
