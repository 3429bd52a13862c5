"""One register as the layers that QGIS shows: what is read, how it looks, how it is filled in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from donhan_gis.exchange import qgis_form, qgis_style
from donhan_gis.exchange.qgis_expression import layer_id
from donhan_gis.exchange.qgis_style import Shape
from donhan_gis.exchange.qgis_xml import QGIS_VERSION, add, crs, document, variant
from donhan_gis.field import Kind
from donhan_gis.i18n import text
from donhan_gis.register import Register, Registers

STORAGE_EPSG = 32648
_NO_LIMIT = "100000000"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the project: a register, or the part of it with one kind of geometry, or its view."""

    id: str
    name: str
    register: Register
    shape: Shape | None
    source: str
    private: bool = False


def layers_of(register: Register, file: str) -> list[Layer]:
    """Return the layers of a register; one that mixes geometries gets one for each kind."""
    shapes = qgis_style.shapes(register)
    source = f"./{file}|layername={register.name}"
    if len(shapes) <= 1:
        return [Layer(layer_id(register.name), register.th, register, shapes[0] if shapes else None, source)]
    return [
        Layer(
            f"{layer_id(register.name)}_{shape.lower()}",
            text(f"qgis.{shape}", name=register.th),
            register,
            shape,
            f"{source}|geometrytype={shape if shape != 'Line' else 'LineString'}",
        )
        for shape in shapes
    ]


def view_of(register: Register, file: str) -> Layer | None:
    """Return the hidden layer from which computed values are read; None where all are worked out on the row."""
    if not any("select" in value.sql.lower() for value in register.computed):
        return None
    name = f"{register.name}_view"
    shapes = qgis_style.shapes(register)
    shape = shapes[0] if shapes else None
    return Layer(layer_id(name), register.th, register, shape, f"./{file}|layername={name}", private=True)


def references(registers: Registers, file: str) -> list[dict[str, str]]:
    """Return every relation between registers, once for each layer that refers."""
    return [
        {
            "id": qgis_form.relation_id(layer.id, field.name),
            "name": f"{register.th}: {field.th}",
            "strength": "Association",
            "referencingLayer": layer.id,
            "referencedLayer": layer_id(field.to),
            "referencingField": field.name,
        }
        for register in registers.values()
        for layer in layers_of(register, file)
        for field in register.fields
        if field.kind is Kind.REF
    ]


def map_layer(parent: Element, layer: Layer, registers: Registers) -> None:
    """Append a layer of the project."""
    geometry = layer.shape or "No geometry"
    element = add(parent, "maplayer", type="vector", geometry=geometry, **_attributes(layer))
    add(element, "id", layer.id)
    add(element, "datasource", layer.source)
    add(element, "layername", layer.name)
    if layer.shape:
        crs(add(element, "srs"), STORAGE_EPSG)
    add(element, "provider", "ogr", encoding="UTF-8")
    if layer.private:
        _flags(element, private=True)
    else:
        _content(element, layer, registers)


def _attributes(layer: Layer) -> dict[str, str]:
    style = layer.register.style
    limit = f"{style.max_scale:g}" if style and style.max_scale else ""
    return {
        "readOnly": str(int(not layer.register.by_hand or layer.private)),
        "hasScaleBasedVisibilityFlag": str(int(bool(limit))),
        "minScale": limit or _NO_LIMIT,
        "maxScale": "0",
        "labelsEnabled": str(int(bool(layer.shape and style and style.label))),
        "simplifyDrawingHints": "1",
        "simplifyDrawingTol": "1",
        "simplifyMaxScale": "1",
        "styleCategories": "AllStyleCategories",
    }


def _flags(element: Element, *, private: bool = False) -> None:
    flags = add(element, "flags")
    for name, value in {"Identifiable": 1, "Removable": 1, "Searchable": 1, "Private": int(private)}.items():
        add(flags, name, str(value))


def _content(element: Element, layer: Layer, registers: Registers) -> None:
    """Append look and form: the same in the project and in the style kept for the table."""
    register = layer.register
    _flags(element)
    if layer.shape:
        qgis_style.renderer(element, register, registers, layer.shape)
        qgis_style.labels(element, register, layer.shape)
    variant(
        add(element, "customproperties"), {"donhan/register": register.name, "donhan/search": " ".join(register.search)}
    )
    qgis_form.fields(element, register, registers, id_=layer.id)
    qgis_form.form(element, register)
    qgis_form.words(element, register, registers)


def style_document(layer: Layer, registers: Registers) -> str:
    """Return the style (QML) that QGIS applies when the table is loaded by itself."""
    root = Element("qgis", {"version": QGIS_VERSION, **_attributes(layer)})
    _content(root, layer, registers)
    return document(root)


def raster_layer(parent: Element, path: str, name: str, id_: str) -> None:
    """Append an orthophoto: bands 1 to 3 as red, green and blue."""
    element = add(parent, "maplayer", type="raster", hasScaleBasedVisibilityFlag=0, minScale=_NO_LIMIT, maxScale=0)
    add(element, "id", id_)
    add(element, "datasource", path)
    add(element, "layername", name)
    crs(add(element, "srs"), STORAGE_EPSG)
    add(element, "provider", "gdal")
    _flags(element)
    pipe = add(element, "pipe")
    bands = {"redBand": 1, "greenBand": 2, "blueBand": 3, "alphaBand": -1}
    add(pipe, "rasterrenderer", type="multibandcolor", opacity=1, **bands)
    add(pipe, "brightnesscontrast", brightness=0, contrast=0, gamma=1)
    add(pipe, "rasterresampler", zoomedOutResampler="bilinear", maxOversampling=2)
    add(pipe, "resamplingStage", "resamplingFilter")


def relative(path: Path, folder: Path) -> str:
    """Return a path as the project keeps it: relative where the file lies below the project's folder."""
    try:
        return f"./{path.resolve().relative_to(folder.resolve()).as_posix()}"
    except ValueError:
        return path.resolve().as_posix()
