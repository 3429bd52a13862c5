"""The QGIS project made from the declarations: opens finished in plain QGIS, beside the project file and inside it.

The project GeoPackage is touched through ``sqlite3`` alone. Three things are written: ``<name>.qgz`` beside it, the
same project in its ``qgis_projects`` table, and a style for each table in ``layer_styles``, for who drags one table
into a map of his own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from donhan_gis.errors import StoreError, StoreLocked
from donhan_gis.exchange.qgis_layer import (
    STORAGE_EPSG,
    Layer,
    layers_of,
    map_layer,
    raster_layer,
    references,
    relative,
    style_document,
    view_of,
)
from donhan_gis.exchange.qgis_xml import QGIS_VERSION, add, crs, zipped
from donhan_gis.field import Kind
from donhan_gis.i18n import text
from donhan_gis.parcels.indian_1975 import qgis_operations
from donhan_gis.register import Register, Registers

Extent = tuple[float, float, float, float]
THAILAND_48: Extent = (100_000.0, 600_000.0, 900_000.0, 2_300_000.0)
STYLE_NAME = "donhan"
IMAGERY_GROUP = "imagery"
_MARGIN = 0.03  # of the extent, left free around the boundary
_WAIT_S = 10
_TABLES = """
CREATE TABLE IF NOT EXISTS qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB);
CREATE TABLE IF NOT EXISTS layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, srs_id)
  VALUES ('layer_styles', 'attributes', 'layer_styles', 0);
"""


@dataclass(frozen=True, slots=True)
class Village:
    """Where a bookmark leads: number, name and extent (metres, EPSG:32648)."""

    moo: str
    name: str
    extent: Extent


@dataclass(frozen=True, slots=True)
class Content:
    """All that a project is made of. ``file`` is the GeoPackage's name; ``photos`` pairs relative path and title."""

    file: str
    title: str
    registers: Registers
    extent: Extent
    photos: tuple[tuple[str, str], ...] = ()
    villages: tuple[Village, ...] = ()

    @property
    def layers(self) -> list[Layer]:
        """The layers of all registers, in the order of the layer tree."""
        ordered = [r for group in self.registers.groups for r in self.registers.values() if r.group == group.id]
        return [layer for register in ordered for layer in layers_of(register, self.file)]

    @property
    def views(self) -> list[Layer]:
        """The hidden layers from which computed values are read."""
        found = [view_of(register, self.file) for register in self.registers.values()]
        return [view for view in found if view]


def write_project(
    gpkg_path: Path,
    registers: Registers,
    *,
    title: str,
    extent: Extent | None = None,
    orthophotos: Sequence[Path] = (),
) -> Path:
    """Write the project beside the GeoPackage and into it, with a style for every table; return the ``.qgz``.

    ``extent`` (E and N, metres) is that of the municipality's own boundary where left out; orthophotos are added to
    those the register knows.

    Raises:
        StoreLocked: another program is writing into the GeoPackage.
        StoreError: it cannot be written.
    """
    file = Path(gpkg_path)
    try:
        with closing(sqlite3.connect(file, timeout=_WAIT_S)) as connection, connection:
            content = Content(
                file.name,
                title,
                registers,
                extent or _extent(connection),
                _photos(connection, file.parent, orthophotos),
                _villages(connection),
            )
            packed = zipped(project(content), file.stem)
            _write_inside(connection, content, file.stem, packed)
        beside = file.with_suffix(".qgz")
        beside.write_bytes(packed)
    except (sqlite3.Error, OSError) as error:
        if "locked" in str(error):
            raise StoreLocked("qgis.locked", path=str(file)) from error
        raise StoreError("qgis.cannot_write", path=str(file), said=str(error)) from error
    return beside


def _write_inside(connection: sqlite3.Connection, content: Content, name: str, packed: bytes) -> None:
    connection.executescript(_TABLES)
    metadata = json.dumps({"last_modified_time": "", "last_modified_user": "Don Han GIS"})
    connection.execute("INSERT OR REPLACE INTO qgis_projects VALUES (?, ?, ?)", [name, metadata, packed.hex()])
    connection.execute("DELETE FROM layer_styles WHERE styleName = ?", [STYLE_NAME])
    # A table with several kinds of geometry gets the style of its first kind.
    first = {layer.register.name: layer for layer in reversed(content.layers)}
    rows = [
        (table, "geom" if layer.shape else "", STYLE_NAME, style_document(layer, content.registers), layer.register.th)
        for table, layer in first.items()
    ]
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, useAsDefault, description) VALUES ('', '', ?, ?, ?, ?, 1, ?)",
        rows,
    )


def _box(connection: sqlite3.Connection, table: str, where: str = "") -> Extent | None:
    """Return the extent of a table's rows, read from its R-tree."""
    sql = f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{table}_geom" {where}'
    found = connection.execute(sql).fetchone()
    return None if found[0] is None else (found[0], found[1], found[2], found[3])


def _extent(connection: sqlite3.Connection) -> Extent:
    own = _box(connection, "boundary", "WHERE id IN (SELECT fid FROM boundary WHERE kind = 'own')")
    return own or _box(connection, "boundary") or _box(connection, "parcel") or THAILAND_48


def _villages(connection: sqlite3.Connection) -> tuple[Village, ...]:
    rows = connection.execute(
        "SELECT v.moo, v.name, r.minx, r.miny, r.maxx, r.maxy FROM village v "
        "JOIN rtree_village_geom r ON r.id = v.fid ORDER BY v.moo"
    )
    return tuple(Village(str(moo), name, (x0, y0, x1, y1)) for moo, name, x0, y0, x1, y1 in rows)


def _photos(connection: sqlite3.Connection, folder: Path, given: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    known = {
        Path(folder, path).resolve(): name
        for path, name in connection.execute("SELECT path, name FROM orthophoto")
        if path
    }
    found = {**{path.resolve(): path.stem for path in given}, **known}
    return tuple((relative(path, folder), name) for path, name in found.items() if path.is_file())


def project(content: Content) -> Element:
    """Return the project document."""
    root = Element("qgis", {"version": QGIS_VERSION, "projectname": content.title})
    add(root, "homePath", path="")
    add(root, "title", content.title)
    add(root, "autotransaction", active=0)
    add(root, "evaluateDefaultValues", active=0)
    crs(add(root, "projectCrs"), STORAGE_EPSG)
    _tree(root, content)
    _snapping(root, content)
    _relations(root, content)
    listed = add(root, "projectlayers")
    for layer in [*content.layers, *content.views]:
        map_layer(listed, layer, content.registers)
    for number, (path, name) in enumerate(content.photos):
        raster_layer(listed, path, name, _photo_id(number))
    _properties(root)
    _transforms(root)
    _bookmarks(root, content.villages)
    _view(root, content.extent)
    return root


def _photo_id(number: int) -> str:
    return f"donhan_photo_{number + 1}"


def _tree(root: Element, content: Content) -> None:
    tree = add(root, "layer-tree-group")
    layers = content.layers
    for group in content.registers.groups:
        branch = add(tree, "layer-tree-group", name=group.th, expanded=int(group.id in _OPEN), checked="Qt::Checked")
        for layer in (layer for layer in layers if layer.register.group == group.id):
            _leaf(branch, layer.id, layer.name, layer.source, "ogr", checked=bool(layer.register.style))
        if group.id == IMAGERY_GROUP:
            for number, (path, name) in enumerate(content.photos):
                _leaf(branch, _photo_id(number), name, path, "gdal", checked=True)
    order = add(tree, "custom-order", enabled=1)
    for id_ in [layer.id for layer in drawing_order(content)] + [_photo_id(n) for n in range(len(content.photos))]:
        add(order, "item", id_)


_OPEN = ("land", "water")
_ON_TOP = {"Point": 0, "Line": 1, "Polygon": 2, None: 3}


def drawing_order(content: Content) -> list[Layer]:
    """Return the layers as drawn, top first: points, lines, outlines, then areas, each over what it refers to."""

    def rank(layer: Layer) -> tuple[int, bool, int]:
        style = layer.register.style
        filled = layer.shape == "Polygon" and bool(style and style.fill)
        return _ON_TOP[layer.shape], filled, -_depth(layer.register, content.registers)

    return sorted(content.layers, key=rank)


def _depth(register: Register, registers: Registers, seen: tuple[str, ...] = ()) -> int:
    """Return how many areas a register's rows lie in, one inside the other, by its references."""
    names = {field.to for field in register.fields if field.kind is Kind.REF} - {register.name, *seen}
    areas = [registers[name] for name in names if registers[name].geometry == "MultiPolygon"]
    return max((1 + _depth(area, registers, (*seen, register.name)) for area in areas), default=0)


def _leaf(branch: Element, id_: str, name: str, source: str, provider: str, *, checked: bool) -> None:
    state = "Qt::Checked" if checked else "Qt::Unchecked"
    add(branch, "layer-tree-layer", id=id_, name=name, source=source, providerKey=provider, checked=state, expanded=0)


def _snapping(root: Element, content: Content) -> None:
    # Vertices and segments (3) of all layers (mode 2), within 12 pixels (unit 1).
    how = {"mode": 2, "type": 3, "tolerance": 12, "unit": 1, "intersection-snapping": 0, "self-snapping": 1}
    settings = add(root, "snapping-settings", enabled=1, **how)
    each = add(settings, "individual-layer-settings")
    for layer in content.layers:
        if layer.shape:
            add(each, "layer-setting", id=layer.id, enabled=1, type=3, tolerance=12, units=1)


def _relations(root: Element, content: Content) -> None:
    listed = add(root, "relations")
    for relation in references(content.registers, content.file):
        named = {name: value for name, value in relation.items() if name != "referencingField"}
        element = add(listed, "relation", **named)
        add(element, "fieldRef", referencedField="uid", referencingField=relation["referencingField"])


_PROPERTIES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Digitizing": {"TopologicalEditing": ("int", "1"), "AvoidIntersectionsMode": ("int", "0")},
    "Gui": {
        "CanvasColorRedPart": ("int", "250"),
        "CanvasColorGreenPart": ("int", "250"),
        "CanvasColorBluePart": ("int", "245"),
        "SelectionColorRedPart": ("int", "255"),
        "SelectionColorGreenPart": ("int", "235"),
        "SelectionColorBluePart": ("int", "59"),
        "SelectionColorAlphaPart": ("int", "160"),
    },
    "Measurement": {"DistanceUnits": ("QString", "meters"), "AreaUnits": ("QString", "m2")},
    "Paths": {"Absolute": ("bool", "false")},
    "PositionPrecision": {"Automatic": ("bool", "false"), "DecimalPlaces": ("int", "2")},
    "SpatialRefSys": {"ProjectionsEnabled": ("int", "1")},
}


def _properties(root: Element) -> None:
    properties = add(root, "properties")
    for section, entries in _PROPERTIES.items():
        part = add(properties, section)
        for name, (kind, value) in entries.items():
            add(part, name, value, type=kind)


def _transforms(root: Element) -> None:
    """Pin the shift of Indian 1975: QGIS's own choice is 189 m wrong here."""
    context = add(root, "transformContext")
    for source, target, pipeline in qgis_operations():
        entry = add(context, "srcDest", coordinateOp=pipeline, allowFallback=0)
        crs(add(entry, "src"), int(source.removeprefix("EPSG:")))
        crs(add(entry, "dest"), int(target.removeprefix("EPSG:")))


def _bookmarks(root: Element, villages: Sequence[Village]) -> None:
    listed = add(root, "Bookmarks")
    for village in villages:
        x0, y0, x1, y1 = village.extent
        box = f"POLYGON(({x0} {y0}, {x1} {y0}, {x1} {y1}, {x0} {y1}, {x0} {y0}))"
        name = text("qgis.bookmark", moo=village.moo, name=village.name)
        entry = add(
            listed, "Bookmark", name=name, group=text("qgis.bookmarks"), id=f"donhan_village_{village.moo}", extent=box
        )
        crs(entry, STORAGE_EPSG)


def _view(root: Element, extent: Extent) -> None:
    x0, y0, x1, y1 = extent
    across, up = (x1 - x0) * _MARGIN, (y1 - y0) * _MARGIN
    box = {"xmin": x0 - across, "ymin": y0 - up, "xmax": x1 + across, "ymax": y1 + up}
    settings = add(root, "ProjectViewSettings", UseProjectScales=0, rotation=0)
    crs(add(settings, "DefaultViewExtent", **box), STORAGE_EPSG)
    canvas = add(root, "mapcanvas", name="theMapCanvas", annotationsVisible=1)
    add(canvas, "units", "meters")
    shown = add(canvas, "extent")
    for name, value in box.items():
        add(shown, name, str(value))
    crs(add(canvas, "destinationsrs"), STORAGE_EPSG)
