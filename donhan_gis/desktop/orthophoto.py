"""The orthophoto behind the map, read as tiles away from the screen's thread.

Only image files are opened here: the project's GeoPackage must not be touched by a second copy of SQLite.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QMutex, QMutexLocker, QObject, QRectF, QThread, QWaitCondition, Signal
from PySide6.QtGui import QImage, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPixmapItem

from donhan_gis.desktop.map_layers import Frame
from donhan_gis.errors import DonhanError, SourceError

STORAGE_CRS = "EPSG:32648"
# Land office systems that PROJ shifts 189 m wrong by default; such a photo must be converted on import.
REFUSED_EPSG = (24047, 24048)
IMAGE_ENDINGS = (".tif", ".tiff", ".vrt", ".jp2")
TILE_PX = 512
_TILES_KEPT = 160
TileKey = tuple[int, int, int]  # level (each halves the resolution), column, row


class TileReader(QThread):
    """Reads tiles of one photo, the latest wish first."""

    opened = Signal(float, float, float, float, int)  # west, north, metres a pixel, height in pixels, width in pixels
    read = Signal(object, QImage)
    failed = Signal(object)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._lock = QMutex()
        self._wake = QWaitCondition()
        self._wishes: list[TileKey] = []
        self._ending = False

    def wish(self, keys: list[TileKey]) -> None:
        """Ask for these tiles; what was asked for before and not read yet is dropped."""
        with QMutexLocker(self._lock):
            self._wishes = list(keys)
            self._wake.wakeAll()

    def end(self) -> None:
        """Stop and wait for the thread."""
        with QMutexLocker(self._lock):
            self._ending = True
            self._wake.wakeAll()
        self.wait()

    def run(self) -> None:  # noqa: D102
        try:
            self._read_all()
        except DonhanError as error:
            self.failed.emit(error)
        except Exception as error:  # a thread has no other place to say what went wrong
            self.failed.emit(SourceError("app.photo.unreadable", path=str(self.path), said=str(error)))

    def _read_all(self) -> None:
        if self.path.suffix.lower() not in IMAGE_ENDINGS:
            raise SourceError("app.photo.no_image", path=str(self.path))
        if not self.path.is_file():
            raise SourceError("app.photo.missing", path=str(self.path))
        import rasterio
        from rasterio.vrt import WarpedVRT

        with rasterio.open(self.path) as source:
            if source.crs is not None and source.crs.to_epsg() in REFUSED_EPSG:
                raise SourceError("app.photo.old_datum", path=str(self.path))
            if source.crs is None or source.crs.to_string() == STORAGE_CRS:
                self._serve(source)
            else:
                with WarpedVRT(source, crs=STORAGE_CRS) as warped:
                    self._serve(warped)

    def _serve(self, photo: Any) -> None:
        place = photo.transform
        self.opened.emit(place.c, place.f, place.a, photo.height, photo.width)
        while (key := self._next()) is not None:
            self.read.emit(key, read_tile(photo, key))

    def _next(self) -> TileKey | None:
        with QMutexLocker(self._lock):
            while not self._wishes and not self._ending:
                self._wake.wait(self._lock)
            return None if self._ending else self._wishes.pop(0)


def read_tile(photo: Any, key: TileKey) -> QImage:
    """Return a tile of at most 512 pixels a side; pixels without data are transparent."""
    from rasterio.windows import Window

    level, column, row = key
    side = TILE_PX << level
    width, height = min(side, photo.width - column * side), min(side, photo.height - row * side)
    shape = (max(1, width >> level), max(1, height >> level))
    window = Window(column * side, row * side, width, height)
    bands = [1, 2, 3] if photo.count >= 3 else [1, 1, 1]
    colours = photo.read(bands, window=window, out_shape=(3, shape[1], shape[0]))
    mask = photo.dataset_mask(window=window, out_shape=(shape[1], shape[0]))
    pixels = np.ascontiguousarray(np.dstack([*colours.astype(np.uint8), mask]))
    return QImage(pixels.data, shape[0], shape[1], 4 * shape[0], QImage.Format.Format_RGBA8888).copy()


class Orthophoto(QObject):
    """A photo in the scene: keeps the tiles that the view needs, and the coarse ones below them until they come."""

    failed = Signal(object)
    opened = Signal()

    def __init__(self, path: Path, parent_item: QGraphicsItem, frame: Frame) -> None:
        super().__init__()
        self.frame = frame
        self._parent_item = parent_item
        self._tiles: OrderedDict[TileKey, QGraphicsPixmapItem] = OrderedDict()
        self._place: tuple[float, float, float, int, int] | None = None
        self._view: tuple[QRectF, float] | None = None
        self._reader = TileReader(path)
        self._reader.opened.connect(self._on_opened)
        self._reader.read.connect(self._on_read)
        self._reader.failed.connect(self.failed)
        self._reader.start()

    def close(self) -> None:
        """Stop reading."""
        self._reader.end()

    @property
    def area(self) -> QRectF:
        """Where the photo lies in the scene; empty until it is open."""
        if self._place is None:
            return QRectF()
        west, north, metres, height, width = self._place
        corner = self.frame.to_scene(west, north)
        return QRectF(corner.x(), corner.y(), width * metres, height * metres)

    def show_view(self, area: QRectF, metres_per_pixel: float) -> None:
        """Bring the tiles for what is on the screen."""
        self._view = (area, metres_per_pixel)
        if self._place is None or not self._parent_item.isVisible():
            return
        level = self._level(metres_per_pixel)
        wanted = self._keys(area, level)
        self._reader.wish([key for key in wanted if key not in self._tiles])
        for key in wanted:
            if key in self._tiles:
                self._tiles.move_to_end(key)
        for key, tile in self._tiles.items():  # finer tiles than needed cost time and shimmer
            tile.setVisible(key[0] >= level)

    def _level(self, metres_per_pixel: float) -> int:
        assert self._place is not None
        _, _, metres, height, width = self._place
        coarsest = max(0, math.ceil(math.log2(max(height, width) / TILE_PX)))
        return min(coarsest, max(0, math.floor(math.log2(max(metres_per_pixel / metres, 1)))))

    def _keys(self, area: QRectF, level: int) -> list[TileKey]:
        assert self._place is not None
        _, _, metres, height, width = self._place
        seen = area.intersected(self.area)
        if seen.isEmpty():
            return []
        side = (TILE_PX << level) * metres
        left, top = self.area.left(), self.area.top()
        columns = range(int((seen.left() - left) / side), math.ceil((seen.right() - left) / side))
        rows = range(int((seen.top() - top) / side), math.ceil((seen.bottom() - top) / side))
        inside_columns, inside_rows = -(-width // (TILE_PX << level)), -(-height // (TILE_PX << level))
        return [(level, c, r) for r in rows if r < inside_rows for c in columns if c < inside_columns]

    def _on_opened(self, west: float, north: float, metres: float, height: int, width: int) -> None:
        self._place = (west, north, metres, height, width)
        self.opened.emit()
        if self._view:
            self.show_view(*self._view)

    def _on_read(self, key: TileKey, image: QImage) -> None:
        assert self._place is not None
        metres = self._place[2]
        level, column, row = key
        side = (TILE_PX << level) * metres
        tile = QGraphicsPixmapItem(QPixmap.fromImage(image), self._parent_item)
        pixel = (1 << level) * metres
        tile.setTransform(QTransform.fromScale(pixel, pixel))
        tile.setPos(self.area.left() + column * side, self.area.top() + row * side)
        tile.setZValue(-level)
        self._tiles[key] = tile
        while len(self._tiles) > _TILES_KEPT:
            _, oldest = self._tiles.popitem(last=False)
            if oldest.scene():
                oldest.scene().removeItem(oldest)
