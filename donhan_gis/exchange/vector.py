"""Read map files of other programs through GDAL, texts as untouched bytes so that their encoding can be judged."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from donhan_gis.errors import SourceError
from donhan_gis.exchange.container import Located, choose
from donhan_gis.exchange.encoding import LOSSLESS


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer before its texts are decoded: names and text columns hold one character a byte."""

    layer: str
    names: list[str]
    columns: list[NDArray[Any]]
    geometry: NDArray[Any] | None
    crs: str
    row_numbers: NDArray[Any]
    remarks: tuple[str, ...]


def read_layer(located: Located, *, layer: str = "") -> RawLayer:
    """Return one layer of a map file.

    Raises:
        SourceError: GDAL cannot open or read it, or the layer must be chosen.
    """
    name = _layer_name(located, layer)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            info = pyogrio.read_info(located.target, layer=name, encoding=LOSSLESS)
            names = [str(field) for field in info["fields"]]
            days = [field for field, kind in zip(names, info["ogr_types"], strict=True) if kind == "OFTDate"]
            meta, fids, wkb, data = pyogrio.raw.read(
                located.target,
                layer=name,
                encoding=LOSSLESS,
                columns=[field for field in names if field not in days] if days else None,
                return_fids=True,
                datetime_as_string=True,
            )
            dated = _days(located, str(info["layer_name"]), days, fids)
        except MemoryError:
            raise
        except Exception as error:  # of every class: damaged bytes break the library in ways it does not foresee
            raise SourceError("read.damaged", field="path", path=located.path, reason=_first_line(error)) from error
    geometry = None if wkb is None else _shapes(wkb)
    remarks = tuple(dict.fromkeys(str(entry.message) for entry in heard))
    # GDAL counts shapefile and GeoJSON features from 0, GeoPackage rows from 1, as their tables do.
    numbers = np.asarray(fids) + (0 if located.kind == "gpkg" else 1)
    others = iter(data)
    ordered = [dated[field] if field in dated else next(others) for field in names]
    return RawLayer(name or located.name, names, ordered, geometry, meta["crs"] or "", numbers, remarks)


def _days(located: Located, layer: str, names: list[str], fids: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return the date columns as ISO texts (n,): a reader of true dates gives up at 29 February 2567.

    That is a day of the Buddhist Era (2024), which the Christian year 2567 does not have.
    """
    if not names:
        return {}
    cast = ", ".join(
        f"CAST({_quoted(_as_sql(located, name))} AS CHARACTER(32)) AS d{i}" for i, name in enumerate(names)
    )
    _, found, _, texts = pyogrio.raw.read(
        located.target,
        sql=f"SELECT {cast} FROM {_quoted(layer)}",
        sql_dialect="OGRSQL",
        encoding=LOSSLESS,
        read_geometry=False,
        return_fids=True,
    )
    place = {fid: index for index, fid in enumerate(found.tolist())}
    order = [place[fid] for fid in fids.tolist()]
    return {name: _iso(text[order]) for name, text in zip(names, texts, strict=True)}


def _iso(days: NDArray[Any]) -> NDArray[Any]:
    return np.array([day.replace("/", "-") if isinstance(day, str) else None for day in days], dtype=object)


def _as_sql(located: Located, name: str) -> str:
    """Return a column's name as GDAL's SQL knows it: in UTF-8, but for shapefiles, whose bytes it takes as told."""
    return name if located.kind == "shapefile" else name.encode(LOSSLESS).decode("utf-8", "replace")


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shapes(wkb: NDArray[Any]) -> NDArray[Any]:
    """Return shapes (n,); rings left open are closed, and what is no shape at all is None."""
    shapes: NDArray[Any] = shapely.from_wkb(wkb, on_invalid="ignore")
    for index in np.flatnonzero(shapely.is_missing(shapes)):
        try:
            shapes[index] = shapely.from_wkb(wkb[index], on_invalid="fix")
        except shapely.errors.GEOSException:
            continue  # stays None; the row is held back for want of a shape
    return shapes


def _layer_name(located: Located, layer: str) -> str | None:
    if located.kind in ("shapefile", "geojson"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            listed = pyogrio.list_layers(located.target).tolist()
    except Exception as error:  # see read_layer
        raise SourceError("read.damaged", field="path", path=located.path, reason=_first_line(error)) from error
    with_shapes = [name for name, geometry_type in listed if geometry_type is not None]
    wanted = layer if layer.casefold() != located.name.casefold() or layer in with_shapes else ""
    names = [name for name, _ in listed] if wanted else with_shapes or [name for name, _ in listed]
    return choose(located.path, names, wanted)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
