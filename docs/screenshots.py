"""Take the README's pictures of the application from a sample project.

Usage: .venv/bin/python docs/screenshots.py demo/donhan.gpkg      (on a screen, or under xvfb-run)
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

import donhan_gis.tasks  # noqa: F401  fills the task list
from donhan_gis.desktop.main_window import MainWindow
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import apply_theme
from donhan_gis.store import open_store
from donhan_gis.task import Context, run_task

IMAGES = Path(__file__).parent / "images"
SIZE = (1366, 768)


def settle(application: QApplication, seconds: float = 2.0) -> None:
    """Let the window draw and its threads finish."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.02)


def main(project: str) -> None:
    """Open the project, visit the screens, and save each."""
    application = QApplication(sys.argv)
    apply_theme(application)
    store = open_store(project, user="ตัวอย่าง")
    window = MainWindow(Session(store, "th"))
    window.resize(*SIZE)
    window.show()
    settle(application, 4)
    village = store.rows("village", "moo = 1", columns=["uid"])[0]["uid"]
    parcel = store.rows("parcel", "village_uid = ? AND doc_type = '1'", [village], columns=["uid"])[20]["uid"]

    def shot(name: str) -> None:
        settle(application)
        window.grab().save(str(IMAGES / name), quality=90 if name.endswith(".jpg") else -1)

    window.show_on_map("parcel", parcel)
    window.map.view.zoom_by(0.6)
    shot("app_map.jpg")
    window.map.view.zoom_by(1.6)
    window.session.row_wanted.emit("parcel", parcel)
    settle(application)
    form = window.form_pane.current
    assert form is not None
    form.form.setCurrentIndex(1)
    form.form.inputs["deed_area_sqwah"].line.setText("2-5-10")  # five ngan are more than a rai: refused on saving
    form.save()
    shot("app_form.jpg")
    form.load()
    window.form_pane.close_form()
    window.open_place("parcel")
    shot("app_register.png")
    window.show_report(run_task("tax.assess", Context(project=project, user="ตัวอย่าง"), year_be=2569))
    shot("app_report.png")
    window.close()
    settle(application)


if __name__ == "__main__":
    main(sys.argv[1])
