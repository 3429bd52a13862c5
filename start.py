#!/usr/bin/env python3
"""เตรียมและเปิดใช้ดอนหัน GIS บนเครื่องที่มีเพียง Python 3.11 ขึ้นไป
Set up Don Han GIS on a machine that has only Python 3.11 or newer, and run it.

    python3 start.py demo      สร้างโครงการตัวอย่าง · make the sample project
    python3 start.py test      ทดสอบทั้งหมด · run every test
    python3 start.py app       เปิดโปรแกรมบนจอภาพ · open the desktop application
    python3 start.py COMMAND   คำสั่งอื่นของ donhan เช่น --help · any other command of `donhan`

ทุกอย่างติดตั้งในโฟลเดอร์ .venv ข้างแฟ้มนี้ · everything goes into the folder .venv beside this file.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
WINDOWS = os.name == "nt"
# Debian packages the tests of the QGIS plugin and of the screens need.
PACKAGES = ("qgis", "python3-qgis", "python3-venv", "xvfb", "fonts-thai-tlwg", "gdal-bin", "poppler-utils")
QGIS_TESTERS = ("pytest==9.2.0", "pytest-qt==4.5.0", "pytest-qgis==5.0.2")
CLOSING = re.compile(r"(\d+) (passed|failed|skipped|error)")


def say(thai: str, english: str) -> None:
    """Print a sentence in both languages."""
    print(f"{thai}\n{english}", flush=True)


def python_of(environment: Path) -> Path:
    """Return the interpreter of an environment."""
    return environment / ("Scripts/python.exe" if WINDOWS else "bin/python")


def environment(lock: str, *, extra: str = "") -> Path:
    """Make the environment if it is not there or its lock changed, and return its interpreter."""
    folder, lock_file = ROOT / ".venv", ROOT / lock
    python, stamp = python_of(folder), folder / f"{lock_file.stem}.stamp"
    wanted = hashlib.sha256((ROOT / "requirements.lock").read_bytes() + lock_file.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    say("กำลังเตรียมโปรแกรม (ครั้งแรกใช้เวลาราว 1–2 นาที)…", "Setting up (the first time takes a minute or two)…")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-r", str(lock_file)], check=True)
    subprocess.run([*install, "--no-deps", "-e", f"{ROOT}{extra}"], check=True)
    stamp.write_text(wanted)
    return python


def clean_environ(**more: str) -> dict[str, str]:
    """Return the environment without the variables that make the wheels read another PROJ's or GDAL's data."""
    hidden = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "PYTHONPATH")
    return {**{key: value for key, value in os.environ.items() if key not in hidden}, **more}


def donhan(arguments: list[str]) -> int:
    """Run a command of the program."""
    python = environment("requirements.lock")
    return subprocess.run([str(python), "-m", "donhan_gis", *arguments], env=clean_environ(), check=False).returncode


def install_packages() -> None:
    """Install the Debian packages of the tests where this may be done."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    missing = [name for name in PACKAGES if subprocess.run(["dpkg", "-s", name], capture_output=True).returncode]
    if not missing:
        return
    say(f"กำลังติดตั้งแพ็กเกจสำหรับทดสอบ: {' '.join(missing)}", f"Installing packages for the tests: {' '.join(missing)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-q", "update"], env=quiet, check=False, stdout=subprocess.DEVNULL)
    command = ["apt-get", "-q", "install", "-y", "--no-install-recommends", *missing]
    subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)


def qgis_environment() -> Path | None:
    """Return the interpreter that sees the system's QGIS and has the test runner, or None where there is no QGIS."""
    system = Path("/usr/bin/python3")
    if WINDOWS or not system.exists():
        return None
    if subprocess.run([str(system), "-c", "import qgis.core"], capture_output=True).returncode:
        return None
    folder = ROOT / ".venv-qgis"
    python = python_of(folder)
    if not python.exists():
        subprocess.run([str(system), "-m", "venv", "--system-site-packages", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *QGIS_TESTERS], check=True)
    return python


def run_counted(command: list[str], counts: dict[str, int], **environ: str) -> bool:
    """Run one test process, show what it prints, and add up its closing line."""
    print(f"\n=== {' '.join(command[-3:])}", flush=True)
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environ(**environ), stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    last = ""
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line if CLOSING.search(line) else last
    for number, what in CLOSING.findall(last):
        counts["failed" if what == "error" else what] += int(number)
    return process.wait() == 0


def test(arguments: list[str]) -> int:
    """Run style, types and every test that this machine can run; say which were left out."""
    install_packages()
    python = str(environment("requirements-test.lock"))
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    screen = {"QT_QPA_PLATFORM": "offscreen", "DONHAN_PYTHON": python}
    good = run_counted([python, "-m", "ruff", "check", "."], counts)
    good &= run_counted([python, "-m", "ruff", "format", "--check", "."], counts)
    good &= run_counted([python, "-m", "mypy"], counts)
    core = [
        "tests/unit",
        "tests/cases",
        "tests/declarations",
        "tests/contracts",
        "tests/tasks",
        "donhan_gis",
        "--doctest-modules",
    ]
    no_qt = ["-p", "no:pytest-qt", "--ignore=donhan_gis/desktop"]
    good &= run_counted([python, "-m", "pytest", "-q", *no_qt, *arguments, *core], counts, **screen)
    gui = [python, "-m", "pytest", "-q", *arguments, "tests/desktop"]
    good &= run_counted(gui, counts, PYTEST_QT_API="pyside6", **screen)
    qgis_python = qgis_environment()
    if qgis_python:
        qgis = [str(qgis_python), "-m", "pytest", "-q", *arguments, "tests/qgis"]
        good &= run_counted(qgis, counts, PYTEST_QT_API="pyqt5", QGIS_PREFIX_PATH="/usr", **screen)
    else:
        say(
            "ข้ามการทดสอบ QGIS (tests/qgis) เพราะเครื่องนี้ไม่มี QGIS",
            "Left out: tests/qgis, there is no QGIS on this machine.",
        )
    print(f"\n{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped", flush=True)
    return 0 if good else 1


def main(arguments: list[str]) -> int:
    """Run the command given."""
    if sys.version_info < OLDEST:
        say("ต้องใช้ Python 3.11 ขึ้นไป", "Python 3.11 or newer is needed.")
        return 2
    if not arguments:
        print(__doc__)
        return 2
    if arguments[0] == "test":
        return test(arguments[1:])
    try:
        return donhan(arguments)
    except subprocess.CalledProcessError:
        say("เตรียมโปรแกรมไม่สำเร็จ กรุณาดูข้อความด้านบน", "Setting up failed; see the lines above.")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
