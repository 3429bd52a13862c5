"""Pieces of XML as QGIS 3.22 and later read them: variants, coordinate systems, zipped projects."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

# The last of the oldest version served: an older number makes QGIS 3.22 warn, a newer one too.
QGIS_VERSION = "3.22.16-Białowieża"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
# QGIS looks a system up by its authority code once any id of its own list is given beside it.
_SRS_ID = {32648: 3132, 32647: 3131, 4326: 3452, 4240: 3382, 24047: 2042, 24048: 2043}


def add(parent: Element, tag: str, content: str = "", /, **attributes: Any) -> Element:
    """Append an element with its text and attributes, and return it."""
    child = SubElement(parent, tag, {name: str(value) for name, value in attributes.items()})
    if content:
        child.text = content
    return child


def variant(parent: Element, value: Any, name: str = "") -> Element:
    """Append a value in the form QGIS keeps settings in: text, number, truth, list or mapping."""
    option = SubElement(parent, "Option", {"name": name} if name else {})
    if isinstance(value, Mapping):
        option.set("type", "Map")
        for key, inner in value.items():
            variant(option, inner, str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        option.set("type", "List")
        for inner in value:
            variant(option, inner)
    else:
        option.set("type", _VARIANT_TYPES[type(value)])
        option.set("value", str(value).lower() if isinstance(value, bool) else str(value))
    return option


_VARIANT_TYPES = {bool: "bool", int: "int", float: "double", str: "QString"}


def crs(parent: Element, epsg: int) -> None:
    """Append the coordinate system of an EPSG code."""
    system = add(parent, "spatialrefsys")
    add(system, "srsid", str(_SRS_ID[epsg]))
    add(system, "srid", str(epsg))
    add(system, "authid", f"EPSG:{epsg}")


def document(root: Element) -> str:
    """Return the whole document as text."""
    return DOCTYPE + tostring(root, encoding="unicode")


def zipped(root: Element, name: str) -> bytes:
    """Return a project as the bytes of a .qgz file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        # A fixed date, so that the same project gives the same bytes.
        entry = zipfile.ZipInfo(f"{name}.qgs", (2026, 1, 1, 0, 0, 0))
        archive.writestr(entry, document(root), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
