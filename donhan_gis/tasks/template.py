"""The task "template": a workbook to fill in for a register, which the import reads back."""

from __future__ import annotations

from pathlib import Path

from donhan_gis.exchange.template import write_template
from donhan_gis.field import Field, Kind
from donhan_gis.register import load_registers
from donhan_gis.report import Report
from donhan_gis.task import Context, task
from donhan_gis.tasks.importing import IMPORTABLE


@task(
    "data.template",
    th="แบบกรอกข้อมูล (Excel)",
    en="Workbook to fill in",
    parameters=(
        Field("register", Kind.CHOICE, "ทะเบียน", "Register", required=True, choices="register"),
        Field("out", Kind.FILE, "แฟ้มที่จะเขียน (.xlsx)", "File to write (.xlsx)", required=True, writes=".xlsx"),
    ),
    choices={"register": IMPORTABLE},
    argument="register",
    group="project",
    project=False,
    help_th="สร้างแฟ้ม Excel ที่มีหัวคอลัมน์ครบ รายการเลือก และคำอธิบาย กรอกแล้วนำเข้าได้ทันที",
    help_en="Makes a workbook with every column, drop-downs and explanations; fill it in and import it.",
)
def make_template(context: Context, *, register: str, out: str) -> Report:
    """Write the workbook of a register."""
    registers = load_registers()
    file = write_template(registers[register], registers, Path(out), language=context.language)
    return Report("สร้างแบบกรอกข้อมูลแล้ว", "Workbook made", files=(file,))
