"""The map on a real scene: layers, identify, zoom, scale, labels, and the orthophoto's tiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from rasterio import Affine

from donhan_gis.desktop.map_layers import Frame, path_of
from donhan_gis.desktop.map_overlay import bar_words, round_length
from donhan_gis.desktop.map_panel import MapPanel
from donhan_gis.desktop.map_symbols import Symbol, colour_of
from donhan_gis.desktop.orthophoto import TileReader
from donhan_gis.register import Style

EAST, NORTH = 268_000, 1_807_000


@pytest.fixture
def panel(session, qtbot):
    made = MapPanel(session)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    yield made
    made.close_photos()


def spot_of(panel: MapPanel, code: str) -> tuple[str, QPoint]:
    uid = panel.session.store.rows("parcel", "code = ?", [code])[0]["uid"]
    layer = next(layer for layer in panel.view.layers if layer.register.name == "parcel")
    return uid, panel.view.mapFromScene(layer.features[uid].boundingRect().center())


def test_every_row_with_a_shape_is_drawn(panel):
    counts = {layer.register.name: len(layer.features) for layer in panel.view.layers}
    assert (counts["parcel"], counts["boundary"], counts["village"]) == (450, 1, 0)


def test_points_lie_above_lines_above_areas(panel):
    ranks = [layer.rank for layer in panel.view.layers]
    assert ranks == sorted(ranks)


def test_a_click_identifies_and_marks(panel, session, qtbot):
    uid, at = spot_of(panel, "01A100")
    with qtbot.waitSignal(session.row_wanted) as wanted:
        qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert wanted.args == ["parcel", uid]
    assert panel.view._highlight is not None


def test_dragging_is_no_click(panel, session, qtbot):
    _, at = spot_of(panel, "01A100")
    with qtbot.assertNotEmitted(session.row_wanted):
        qtbot.mousePress(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseMove(panel.view.viewport(), at + QPoint(40, 30))
        qtbot.mouseRelease(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(40, 30))


def test_a_layer_switched_off_is_not_identified(panel):
    uid, at = spot_of(panel, "01A100")
    assert panel.view.identify(at) == ("parcel", uid)
    panel.layer_items()["parcel"].setCheckState(0, Qt.CheckState.Unchecked)
    assert panel.view.identify(at)[0] == ""


def test_a_border_is_met_at_its_line_only(panel, session):
    panel.layer_items()["parcel"].setCheckState(0, Qt.CheckState.Unchecked)
    west, south, _, _ = session.store.get("boundary", session.store.rows("boundary")[0]["uid"])["geom"].bounds
    on_the_line = panel.view.mapFromScene(panel.frame.to_scene(west, south + 300))
    assert panel.view.identify(on_the_line)[0] == "boundary"


def test_a_new_order_is_drawn(panel):
    items = panel.layer_items()
    tree = panel.layer_list
    parcel = tree.takeTopLevelItem(tree.indexOfTopLevelItem(items["parcel"]))
    tree.insertTopLevelItem(0, parcel)
    tree.reordered.emit()
    assert panel.view.layers[-1].register.name == "parcel"


def test_going_to_a_row_shows_it_large(panel, session):
    uid, _ = spot_of(panel, "01A200")
    assert panel.show_row("parcel", uid)
    assert panel.view.scale_number() < 2000
    row = session.store.get("parcel", uid)
    assert panel.view.visible_area().contains(panel.frame.to_scene(row["geom"].centroid.x, row["geom"].centroid.y))
    assert not panel.show_row("parcel", "no such uid")


def test_the_wheel_zooms_within_limits(panel):
    view = panel.view
    before = view.scale_number()
    for turn in (120, -120, -120):
        event = QWheelEvent(
            QPointF(50, 50),
            QPointF(50, 50),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), event)
    assert view.scale_number() == pytest.approx(before * 1.3)
    for _ in range(200):
        view.zoom_by(1.3)
    assert view.scale_number() >= 50


def test_the_buttons_zoom_about_the_middle(panel):
    panel.view.zoom_all()
    before = panel.view.visible_area().center()
    panel.view.zoom_by(4)
    after = panel.view.visible_area().center()
    assert (after - before).manhattanLength() < 4 * panel.view.metres_per_pixel()


def test_the_pointer_tells_storage_coordinates(panel, qtbot):
    with qtbot.waitSignal(panel.pointed) as told:
        qtbot.mouseMove(panel.view.viewport(), QPoint(200, 200))
    east, north, scale = told.args
    assert (east, north) == pytest.approx(panel.frame.from_scene(panel.view.mapToScene(QPoint(200, 200))))
    assert abs(east - EAST) < 5000 and abs(north - NORTH) < 5000 and scale > 0


def test_the_scale_told_follows_the_zoom(panel, qtbot):
    with qtbot.waitSignal(panel.pointed) as told:
        panel.view.zoom_by(2)
    assert told.args[2] == pytest.approx(panel.view.scale_number())


def test_labels_only_when_zoomed_in(panel):
    panel.view.zoom_all()
    everywhere = panel.view.visible_area()
    assert not any(words == "01A200" for _, words in panel.view.placed_labels(everywhere))
    uid, _ = spot_of(panel, "01A200")
    panel.show_row("parcel", uid)
    assert any(words == "01A200" for _, words in panel.view.placed_labels(panel.view.visible_area()))


def test_a_written_row_appears(panel, session):
    session.store.insert("parcel", [{"code": "01A901", "geom": shapely.box(EAST, NORTH, EAST + 9, NORTH + 9)}])
    session.changed.emit("parcel")
    layer = next(layer for layer in panel.view.layers if layer.register.name == "parcel")
    assert len(layer.features) == 451


def test_a_hole_stays_open():
    ring = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 4), (6, 4), (6, 6), (4, 6)]])
    path = path_of(ring, Frame(0, 0))
    assert path.contains(QPointF(2, -2)) and not path.contains(QPointF(5, -5))


def test_colours_with_transparency():
    assert colour_of("#ffd54f80").getRgb() == (255, 213, 79, 128)
    assert Symbol(Style(fill="#ffffff80"), "#112233", shape="area").brush.color().getRgb() == (17, 34, 51, 128)
    assert Symbol(Style(), "#112233", shape="area").brush.style() == Qt.BrushStyle.NoBrush


@pytest.mark.parametrize(("metres", "rounded"), [(730, 500), (1999, 1000), (2.4, 2), (0.7, 0.5), (1000, 1000)])
def test_scale_bar_lengths(metres, rounded):
    assert round_length(metres) == pytest.approx(rounded)


def test_scale_bar_words():
    assert (bar_words(500, "th"), bar_words(2000, "en")) == ("500 ม.", "2 km")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of 300 m by 200 m at 0.2 m: red in the west, blue in the east."""
    pixels = np.zeros((3, 1000, 1500), np.uint8)
    pixels[0, :, :750] = 255
    pixels[2, :, 750:] = 255
    path = tmp_path / "photo.tif"
    transform = Affine(0.2, 0, EAST, 0, -0.2, NORTH + 200)
    with rasterio.open(
        path, "w", driver="COG", width=1500, height=1000, count=3, dtype="uint8", crs="EPSG:32648", transform=transform
    ) as file:
        file.write(pixels)
    return path


def with_photo(session, path: str) -> None:
    session.store.insert("orthophoto", [{"name": "ภาพตัวอย่าง", "path": path}])


def test_the_photo_lies_where_it_was_taken(session, photo, qtbot):
    with_photo(session, photo.name)
    panel = MapPanel(session)
    qtbot.addWidget(panel)
    panel.resize(900, 700)
    panel.show()
    (orthophoto,) = panel._photos
    for name, item in panel.layer_items().items():
        if name:
            item.setCheckState(0, Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: not orthophoto.area.isEmpty())
    assert orthophoto.area == QRectF(panel.frame.to_scene(EAST, NORTH + 200), panel.frame.to_scene(EAST + 300, NORTH))
    panel.view.zoom_to(orthophoto.area)
    qtbot.waitUntil(lambda: _colour_at(panel, EAST + 75, NORTH + 100) == (255, 0, 0))
    qtbot.waitUntil(lambda: _colour_at(panel, EAST + 225, NORTH + 100) == (0, 0, 255))
    panel.close_photos()


def _colour_at(panel: MapPanel, east: float, north: float) -> tuple[int, int, int]:
    at = panel.view.mapFromScene(panel.frame.to_scene(east, north))
    return panel.view.viewport().grab().toImage().pixelColor(at).getRgb()[:3]


@pytest.mark.parametrize(
    ("name", "words"), [("gone.tif", "ไม่พบแฟ้มภาพ"), ("sample.gpkg", "ไม่ใช่แฟ้มภาพ"), ("bad.tif", "ไม่ได้")]
)
def test_a_photo_that_cannot_be_shown_says_why(session, tmp_path, qtbot, name, words):
    (tmp_path / "bad.tif").write_bytes(b"no picture")
    with_photo(session, name)
    panel = MapPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: words in panel._note.text())
    panel.close_photos()


def test_a_photo_on_the_old_datum_is_refused(tmp_path, qtbot):
    path = tmp_path / "old.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=8,
        height=8,
        count=3,
        dtype="uint8",
        crs="EPSG:24048",
        transform=Affine(1, 0, EAST, 0, -1, NORTH),
    ) as file:
        file.write(np.zeros((3, 8, 8), np.uint8))
    reader = TileReader(path)
    with qtbot.waitSignal(reader.failed) as told:
        reader.start()
    reader.end()
    assert told.args[0].code == "app.photo.old_datum"


def test_the_whole_map_stays_whole_when_the_window_grows(panel, qtbot):
    panel.view.zoom_all()
    panel.resize(1400, 900)
    qtbot.wait(20)
    assert panel.view.visible_area().contains(panel.view.extent)
    panel.view.zoom_by(2)
    scale = panel.view.scale_number()
    panel.resize(1200, 800)
    qtbot.wait(20)
    assert panel.view.scale_number() == pytest.approx(scale)
