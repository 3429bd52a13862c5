"""The plugin in real QGIS: loads, unloads without a trace, opens a project, shows registers and findings."""

from __future__ import annotations

import configparser
import gc

import pytest
from conftest import REPOSITORY
from declared import DECLARED
from qgis.core import Qgis, QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QDockWidget, QToolBar
from window import Window

import qgis_plugin
from qgis_plugin import texts
from qgis_plugin.findings_dock import FindingsDock
from qgis_plugin.plugin import DonHanPlugin
from qgis_plugin.registers_dock import RegistersDock
from qgis_plugin.settings_dialog import SettingsDialog


@pytest.fixture
def window():
    made = Window()
    yield made
    QgsProject.instance().clear()
    made.window.deleteLater()


@pytest.fixture
def plugin(window):
    loaded = qgis_plugin.classFactory(window)
    loaded.initGui()
    yield loaded
    loaded.unload()


def settle():
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value if hasattr(QEvent.Type, "value") else 52)
    QCoreApplication.processEvents()
    gc.collect()


def test_it_loads_and_unloads_leaving_nothing(window):
    registry = QgsApplication.processingRegistry()
    before = {provider.id() for provider in registry.providers()}
    plugin = DonHanPlugin(window)
    plugin.initGui()
    assert "donhan" in {provider.id() for provider in registry.providers()}
    assert {dock.objectName() for dock in window.window.findChildren(QDockWidget)} >= {
        "DonHanRegisters",
        "DonHanFindings",
    }
    plugin.unload()
    settle()
    assert {provider.id() for provider in registry.providers()} == before
    assert [dock.objectName() for dock in window.window.findChildren(QDockWidget)] == []
    assert [bar.objectName() for bar in window.window.findChildren(QToolBar)] == []
    assert window.menu.actions() == []
    QgsProject.instance().clear()  # would call a forgotten slot


def test_menu_and_toolbar_are_thai(plugin, window):
    menu = window.menu.actions()[0].menu()
    names = [action.text() for action in menu.actions()]
    assert names == ["เปิดโครงการ…", "ทะเบียน", "ข้อที่ต้องแก้", "งาน", "ตั้งค่า…"]
    tasks = menu.actions()[3].menu()
    listed = [action.text() for group in tasks.actions() for action in group.menu().actions()]
    assert sorted(listed) == sorted(f"{task['th']}…" for task in plugin.provider.tasks)


def test_every_text_has_both_languages():
    for code, entry in texts._texts().items():
        assert set(entry) == {"th", "en"}, code
        assert entry["th"]
        assert entry["en"]


def test_opening_shows_registers_with_counts(plugin, window, folder):
    assert plugin.open_project(folder / "small.gpkg")
    assert window.said[-1].endswith("เปิดโครงการ โครงการทดสอบ แล้ว")
    tree = plugin.docks[0]._tree
    shown = {
        leaf.text(0): leaf.text(1)
        for branch in (tree.topLevelItem(i) for i in range(tree.topLevelItemCount()))
        for leaf in (branch.child(i) for i in range(branch.childCount()))
    }
    assert shown[DECLARED["parcel"]["th"]] == "4"
    assert all(any(name.startswith(entry["th"]) for name in shown) for entry in DECLARED.values())


def test_a_file_without_a_project_gives_one_clear_message(plugin, window, folder):
    assert not plugin.open_project(folder / "photo.tif")
    assert "เปิด" in window.said[-1]
    assert "ไม่ได้" in window.said[-1]


def test_a_register_opens_by_double_click_and_rows_are_found(plugin, window, folder):
    plugin.open_project(folder / "small.qgz")
    dock: RegistersDock = plugin.docks[0]
    branch = next(
        dock._tree.topLevelItem(i)
        for i in range(dock._tree.topLevelItemCount())
        if dock._tree.topLevelItem(i).text(0) == "ที่ดินและอาคาร"
    )
    dock._opened(branch.child(0), 0)
    assert window.did[-1][0] == "table"
    dock._search.setText("01A003")
    dock.search()
    found = dock._tree.topLevelItem(0)
    registers = {found.child(i).text(0): found.child(i) for i in range(found.childCount())}
    parcels = registers[DECLARED["parcel"]["th"]]
    assert [parcels.child(i).text(0) for i in range(parcels.childCount())] == ["แปลง 01A003"]
    dock._opened(parcels.child(0), 0)
    assert window.did[-1][:2] == ("form", "donhan_layer_parcel")


def test_a_search_with_a_quote_is_harmless(plugin, folder):
    plugin.open_project(folder / "small.qgz")
    plugin.docks[0]._search.setText("' or 1=1 --")
    plugin.docks[0].search()
    assert plugin.docks[0]._tree.topLevelItem(0).childCount() == 0


def test_a_finding_is_listed_zoomed_to_and_opened(plugin, window, folder):
    plugin.open_project(folder / "small.qgz")
    dock: FindingsDock = plugin.docks[1]
    item = dock._list.topLevelItem(0)
    assert (item.text(0), item.text(1), item.text(2)) == ("ควรตรวจสอบ", "แปลง 01A002", "ทดสอบข้อค้นพบ")
    dock._go(item)
    assert window.canvas.extent().contains(item.data(0, 256).geometry().boundingBox())
    dock._open(item)
    assert window.did[-1][:2] == ("form", "donhan_layer_parcel")


def test_settings_are_kept_and_language_switches(window):
    dialog = SettingsDialog(window.window)
    dialog._language.setCurrentIndex(1)
    dialog.accept()
    try:
        assert texts.tr("registers") == "Registers"
    finally:
        texts.set_setting("language", "th")
    assert texts.tr("registers") == "ทะเบียน"


def test_metadata_says_what_qgis_needs():
    parser = configparser.ConfigParser()
    parser.read(REPOSITORY / "qgis_plugin" / "metadata.txt", encoding="utf-8")
    general = parser["general"]
    assert general["qgisMinimumVersion"] == "3.22"
    assert general["qgisMaximumVersion"] == "4.99"
    assert general["hasProcessingProvider"] == "yes"
    assert (REPOSITORY / "qgis_plugin" / general["icon"]).is_file()
    assert general["license"] == "GPL-3.0-or-later"
    assert int(Qgis.QGIS_VERSION_INT) >= 32200


@pytest.mark.usefixtures("plugin")
def test_a_task_that_fails_is_told_in_the_message_bar(window, qtbot):
    texts.set_setting("engine", "/nowhere/donhan")
    algorithm = QgsApplication.processingRegistry().algorithmById("donhan:project_new")
    try:
        _, good = algorithm.run({"path": "/nowhere/x.gpkg"}, QgsProcessingContext(), QgsProcessingFeedback())
    finally:
        texts.set_setting("engine", "")
    assert not good
    qtbot.waitUntil(lambda: bool(window.said))
    assert window.said[-1].startswith("สร้างโครงการใหม่: เริ่มโปรแกรมประมวลผลไม่ได้")
