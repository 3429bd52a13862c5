"""A register's declared style as QGIS symbols, categories and labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

from donhan_gis.exchange.qgis_xml import add, variant
from donhan_gis.i18n import text
from donhan_gis.register import PALETTE, Register, Registers, Style

Shape = Literal["Point", "Line", "Polygon"]
FONT = "Sarabun"
# Thai fonts that may stand in where the office has no Sarabun.
OTHER_FONTS = ("TH Sarabun New", "TH SarabunPSK", "Laksaman", "Leelawadee UI", "Tahoma")
_SHAPES: dict[str, tuple[Shape, ...]] = {
    "None": (),
    "Point": ("Point",),
    "MultiPoint": ("Point",),
    "MultiLineString": ("Line",),
    "MultiPolygon": ("Polygon",),
    "Geometry": ("Point", "Line", "Polygon"),
}
_SYMBOL_TYPES = {"Point": "marker", "Line": "line", "Polygon": "fill"}
_LIGHT = 190  # of 255; a line lighter than this needs a dark edge to be seen on paper
_EDGE_MM = 0.4


def shapes(register: Register) -> tuple[Shape, ...]:
    """Return the kinds of geometry a register needs layers for."""
    return _SHAPES[register.geometry]


@dataclass(frozen=True, slots=True)
class Paint:
    """What one symbol is drawn with; colours as QGIS writes them, ``r,g,b,a``."""

    fill: str
    stroke: str
    filled: bool
    light: bool


def rgba(colour: str) -> str:
    """Return ``#rrggbb`` or ``#rrggbbaa`` as QGIS writes it.

    >>> rgba("#ffd54f1f")
    '255,213,79,31'
    """
    digits = colour.lstrip("#").ljust(8, "f")
    return ",".join(str(int(digits[i : i + 2], 16)) for i in (0, 2, 4, 6))


def _is_light(colour: str) -> bool:
    red, green, blue, _ = (int(part) for part in rgba(colour).split(","))
    return red * 0.299 + green * 0.587 + blue * 0.114 > _LIGHT


def paint(style: Style, shape: Shape, colour: str = "") -> Paint:
    """Return what a symbol of this shape is drawn with; ``colour`` is its category's."""
    if shape == "Polygon" and not style.fill:
        return Paint("255,255,255,0", rgba(colour or style.stroke), filled=False, light=False)
    main = colour or style.fill or style.stroke
    if shape == "Polygon" and colour:
        main = colour + style.fill[7:]
    return Paint(rgba(main), rgba(style.stroke), filled=True, light=_is_light(main))


def renderer(parent: Element, register: Register, registers: Registers, shape: Shape) -> None:
    """Append the renderer of a layer."""
    style = register.style or Style(fill="#b0bec5")
    base = {"symbollevels": 0, "enableorderby": 0, "forceraster": 0, "referencescale": -1}
    if not style.by:
        drawn = add(parent, "renderer-v2", type="singleSymbol", **base)
        symbol(add(drawn, "symbols"), "0", style, shape, paint(style, shape))
        return
    drawn = add(parent, "renderer-v2", type="categorizedSymbol", attr=style.by, **base)
    listed, symbols = add(drawn, "categories"), add(drawn, "symbols")
    for name, (code, label, colour) in enumerate(categories(register, registers, style)):
        add(listed, "category", render="true", value=code, symbol=name, label=label)
        symbol(symbols, str(name), style, shape, paint(style, shape, colour))


def categories(register: Register, registers: Registers, style: Style) -> list[tuple[str, str, str]]:
    """Return (code, Thai label, colour) of each category, with one for what has no code."""
    colours = style.colours or {}
    choices = registers.choices_of(register.field(style.by))
    listed = [
        (choice.code, choice.th, colours.get(choice.code, PALETTE[position % len(PALETTE)]))
        for position, choice in enumerate(choices)
    ]
    return [*listed, ("", text("qgis.no_code"), "#bdbdbd")]


def symbol(parent: Element, name: str, style: Style, shape: Shape, colours: Paint) -> None:
    """Append one symbol."""
    drawn = add(parent, "symbol", type=_SYMBOL_TYPES[shape], name=name, alpha=1, clip_to_extent=1, force_rhr=0)
    for kind, settings in _symbol_layers(style, shape, colours):
        layer = SubElement(drawn, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
        variant(layer, {key: str(value) for key, value in settings.items()})


def _symbol_layers(style: Style, shape: Shape, colours: Paint) -> list[tuple[str, dict[str, object]]]:
    if shape == "Point":
        name = "cross2" if style.marker == "cross" else style.marker
        # A cross is all outline: its colour is the outline's.
        outline = colours.fill if style.marker == "cross" else colours.stroke
        width = {"outline_width": style.width, "outline_color": outline}
        return [("SimpleMarker", {"name": name, "color": colours.fill, "size": style.size, **width})]
    if shape == "Line":
        line = {"line_color": colours.fill, "line_width": style.width, "capstyle": "round", "joinstyle": "round"}
        edge = {**line, "line_color": colours.stroke, "line_width": style.width + _EDGE_MM}
        return [("SimpleLine", edge)] * colours.light + [("SimpleLine", line)]
    brush = "solid" if colours.filled else "no"
    outline_of = {"outline_color": colours.stroke, "outline_width": style.width, "joinstyle": "round"}
    return [("SimpleFill", {"color": colours.fill, "style": brush, **outline_of})]


def labels(parent: Element, register: Register, shape: Shape) -> None:
    """Append the labels of a layer, shown at scales larger than the declared one."""
    style = register.style
    if style is None or not style.label:
        return
    settings = add(add(parent, "labeling", type="simple"), "settings", calloutType="simple")
    size_points = 8 if style.label_scale <= 5000 else 10
    written = add(
        settings,
        "text-style",
        fieldName=style.label,
        isExpression=0,
        fontFamily=FONT,
        fontSize=size_points,
        fontSizeUnit="Point",
        fontWeight=50,
        textColor="33,33,33,255",
        textOpacity=1,
        multilineHeight=1,
    )
    families = add(written, "families")
    for font in OTHER_FONTS:
        add(families, "family", name=font)
    add(written, "text-buffer", bufferDraw=1, bufferSize=0.8, bufferSizeUnits="MM", bufferColor="255,255,255,220")
    place = {"Point": {"placement": 6, "dist": 0.6}, "Line": {"placement": 2, "placementFlags": 10, "dist": 0.5}}
    add(settings, "placement", priority=5, distUnits="MM", **place.get(shape, {"placement": 1, "quadOffset": 4}))
    limited = {"scaleVisibility": int(style.label_scale > 0), "scaleMin": 0, "scaleMax": f"{style.label_scale:g}"}
    add(settings, "rendering", drawLabels=1, obstacle=1, fontMinPixelSize=3, fontMaxPixelSize=10000, **limited)
