"""Tasks that bring an assessment from trial over review to frozen; who did it and when stays with the run."""

from __future__ import annotations

from donhan_gis.errors import NotAllowed
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.report import Report, Table
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.runs import ASSESS, FROZEN, REVIEWED, TRIAL, Run, now, run_wanted, runs_of
from donhan_gis.thai import format_baht

YEAR = Field("year_be", Kind.INT, "ปีภาษี พ.ศ.", "Tax year B.E.", required=True, minimum=2563, maximum=2700)
TAX = Field("tax", Kind.CHOICE, "ภาษี", "Tax", choices="tax_assessed", default="land")
# Of each tax: the task that assesses it, the register of its bills, the sum of a bill.
_TAXES = {
    "land": (ASSESS, "assessment", "tax_satang"),
    "sign": ("sign.assess", "sign_assessment", "tax_satang + coalesce(extra_satang, 0)"),
}
_CHOICES = {
    "tax_assessed": (
        Choice("land", "ภาษีที่ดินและสิ่งปลูกสร้าง", "Land and building tax"),
        Choice("sign", "ภาษีป้าย", "Signboard tax"),
    )
}


@task(
    "tax.review_run",
    th="บันทึกว่าตรวจทานผลประเมินแล้ว",
    en="Mark the trial assessment as reviewed",
    parameters=(YEAR, TAX),
    choices=_CHOICES,
    group="tax",
    help_th="ผลประเมินทดลองครั้งล่าสุดของปีเปลี่ยนเป็นตรวจทานแล้ว เก็บชื่อผู้ตรวจทานและเวลา การประเมินครั้งต่อไปไม่ทับผลที่ตรวจทานแล้ว",
    help_en="The newest trial of the year becomes reviewed, with who and when. Later trials do not replace it.",
)
def review_run(context: Context, *, year_be: int, tax: str) -> Report:
    """Mark the newest trial run as reviewed."""
    with open_store(context.project, user=context.user) as store, store.transaction():
        name = _TAXES[tax][0]
        run = run_wanted(store, name, year_be)
        trials = runs_of(store, name, year_be, TRIAL)
        if not trials or trials[0]["fid"] < runs_of(store, name, year_be)[0]["fid"]:
            raise NotAllowed("run.nothing_to_review", year=year_be, state=_state(store, run), state_en=run["state"])
        changes = {"state": REVIEWED, "reviewed_by": store.user, "reviewed_at": now()}
        store.update("run", trials[0]["uid"], changes, rev=trials[0]["rev"])
        return _report(store, tax, year_be, trials[0]["uid"], "ตรวจทานผลประเมินแล้ว", "Assessment reviewed")


@task(
    "tax.freeze",
    th="รับรองผลประเมินของปี",
    en="Freeze the assessment of a year",
    parameters=(YEAR, TAX),
    choices=_CHOICES,
    group="tax",
    help_th="ผลประเมินที่ตรวจทานแล้วเป็นผลของปี ใบแจ้งและการรับชำระใช้ผลนี้ ประเมินใหม่ได้เมื่อระบุเหตุผลเท่านั้น",
    help_en="The reviewed run becomes the year's: notices and payments use it; assessing again needs a reason.",
)
def freeze(context: Context, *, year_be: int, tax: str) -> Report:
    """Freeze the newest reviewed run."""
    with open_store(context.project, user=context.user) as store, store.transaction():
        name = _TAXES[tax][0]
        run = run_wanted(store, name, year_be)
        reviewed = runs_of(store, name, year_be, REVIEWED)
        frozen = runs_of(store, name, year_be, FROZEN)
        if not reviewed or (frozen and reviewed[0]["fid"] < frozen[0]["fid"]):
            raise NotAllowed("run.not_reviewed", year=year_be, state=_state(store, run), state_en=run["state"])
        changes = {"state": FROZEN, "frozen_by": store.user, "frozen_at": now()}
        store.update("run", reviewed[0]["uid"], changes, rev=reviewed[0]["rev"])
        return _report(store, tax, year_be, reviewed[0]["uid"], "รับรองผลประเมินแล้ว", "Assessment frozen")


def _state(store: Store, run: Run) -> str:
    return next(choice.th for choice in store.registers.choices["run_state"] if choice.code == run["state"])


def _report(store: Store, tax: str, year_be: int, run_uid: str, th: str, en: str) -> Report:
    columns = (
        Field("started_at", Kind.DATETIME, "ประเมินเมื่อ", "Assessed at"),
        Field("state", Kind.CHOICE, "สถานะ", "State", choices="run_state"),
        Field("user", Kind.TEXT, "ผู้ประเมิน", "Assessed by", privacy="personal"),
        Field("reviewed_by", Kind.TEXT, "ผู้ตรวจทาน", "Reviewed by", privacy="personal"),
        Field("frozen_by", Kind.TEXT, "ผู้รับรองผล", "Frozen by", privacy="personal"),
        Field("reason", Kind.TEXT, "เหตุผล", "Reason"),
        Field("taxpayers", Kind.INT, "ผู้เสียภาษี", "Taxpayers"),
        Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
    )
    runs = runs_of(store, _TAXES[tax][0], year_be)
    sums = {run["uid"]: _sum(store, tax, run["uid"]) for run in runs}
    rows = [[*(run[column.name] for column in columns[:6]), *sums[run["uid"]]] for run in runs]
    taxpayers, satang = sums[run_uid]
    held = store.count("assessment", "run_uid = ? AND note IS NOT NULL", [run_uid])
    return Report(
        f"{th} ปีภาษี {year_be}",
        f"{en}, tax year {year_be}",
        tables=(Table("runs", "การประเมินของปี", "Runs of the year", columns, rows),),
        notes_th=(
            f"ผู้เสียภาษี {taxpayers:,} ราย ภาษีรวม {format_baht(satang)} บาท",
            *([f"มี {held:,} รายที่มีทรัพย์สินบางรายการยังประเมินไม่ได้"] if held else []),
        ),
        notes_en=(
            f"{taxpayers:,} taxpayers, {format_baht(satang)} baht in all",
            *([f"{held:,} of them hold property that could not be assessed"] if held else []),
        ),
        choices=store.registers.choices,
        facts={"run_uid": run_uid, "taxpayers": taxpayers, "tax_satang": satang, "held": held},
    )


def _sum(store: Store, tax: str, run_uid: str) -> tuple[int, int]:
    _, register, amount = _TAXES[tax]
    sql = f"SELECT count(*) AS n, coalesce(sum({amount}), 0) AS tax FROM {register} WHERE run_uid = ?"
    found = store.query(sql, [run_uid])[0]
    return int(found["n"]), int(found["tax"])
