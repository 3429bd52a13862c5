"""Read what offices really have into a `Source`: one door for every file format.

What cannot be read at all is a `SourceError` in one sentence. What is merely odd becomes a finding, and a row that
cannot be used becomes a rejected row: neither stops the reading, and nothing is skipped in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from donhan_gis.errors import InvalidInput, SourceError
from donhan_gis.exchange import tables, vector
from donhan_gis.exchange.container import Located, locate
from donhan_gis.exchange.encoding import LOSSLESS, UTF8, DecodedColumn, Detected, decode_column, detect, python_name
from donhan_gis.exchange.shapes import Cleaned, clean, in_words
from donhan_gis.exchange.source import Rejected, Source
from donhan_gis.finding import Finding, Severity
from donhan_gis.parcels.datum import GEOGRAPHIC_EPSG, epsg_of, read_crs, transformer
from donhan_gis.parcels.landing import REFUSED, Bounds, Landing, in_degrees, thailand, where_it_lands

_WGS84 = f"EPSG:{GEOGRAPHIC_EPSG}"
_MOST_REMARKS = 3
_MANY_ROWS = 20  # from here on the outermost shapes are left out of the judgement of the whole file
_OUTER_PERCENT = 2


class _Notes:
    """Findings of one file while it is read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def add(self, code: str, severity: Severity, *, field: str = "", row: int | None = None, **values: Any) -> None:
        finding = Finding(code, severity, field=field, values=values, source=self.source, source_row=row)
        self.findings.append(finding)


def read_source(
    path: str | Path,
    *,
    layer: str = "",
    encoding: str = "",
    crs: str = "",
    allow_abroad: bool = False,
    home: Bounds | None = None,
) -> Source:
    """Read a shapefile (file, folder or zip), GeoPackage, GeoJSON, CSV or workbook.

    ``layer`` names the layer, sheet or member of a zip where there are several. ``encoding`` and ``crs`` overrule what
    the file says. ``home`` is the municipality's box in degrees. Files of another country are refused unless
    ``allow_abroad``.

    Raises:
        SourceError: the file cannot be read, or not without an answer of the user; the sentence says which.
    """
    path = Path(path)
    path = path if path.name.strip(".") else path.resolve()  # "." and ".." have no name to tell
    if encoding and not python_name(encoding):
        raise InvalidInput("read.unknown_encoding", field="encoding", encoding=encoding)
    located = locate(path, layer=layer)
    read = _read_table if located.kind in ("csv", "sheet") else _read_map
    source = read(located, layer, encoding)
    if not source.count and not source.rejected:
        raise SourceError("read.no_rows", field="path", path=path)
    return _place(source, crs, allow_abroad=allow_abroad, home=home)


# -- attributes


def _read_table(located: Located, layer: str, encoding: str) -> Source:
    if located.kind == "csv":
        table = tables.read_csv(located, encoding=encoding)
    else:
        table = tables.read_sheet(located, layer="" if layer == located.name else layer)
    notes = _Notes(located.path.name)
    columns, geometry = tables.take_geometry(table.columns)
    decoded = {name: decode_column(_utf8_marked(values), "utf-8") for name, values in columns.items()}
    merged = {name: np.where(_are_texts(columns[name]), decoded[name].values, columns[name]) for name in columns}
    _note_texts(notes, decoded, table.row_numbers)
    _note_encoding(notes, table.detected)
    _note_names(notes, table.mended_names)
    for rejected in table.rejected:
        notes.add(rejected.reason_code, "error", row=rejected.source_row, text=rejected.payload["line"][:80])
    return Source(
        path=located.path,
        layer=table.layer,
        kind=located.kind,
        columns=merged,
        geometry=geometry,
        crs="",
        encoding=table.detected.encoding,
        encoding_found=table.detected.found,
        row_numbers=table.row_numbers,
        findings=tuple(notes.findings),
        rejected=table.rejected,
    )


def _are_texts(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.fromiter((isinstance(value, str) for value in values), bool, len(values))


def _utf8_marked(values: NDArray[Any]) -> NDArray[Any]:
    """Return texts one character a byte, as columns of map files come, so that both are mended alike."""
    return np.array([v.encode().decode(LOSSLESS) if isinstance(v, str) else None for v in values], dtype=object)


def _read_map(located: Located, layer: str, encoding: str) -> Source:
    raw = vector.read_layer(located, layer=layer)
    notes = _Notes(located.path.name)
    texts = [column for column in raw.columns if column.dtype == object]
    detected = _encoding_of(located, raw, texts, encoding)
    heading = decode_column(np.array(raw.names, dtype=object), detected.encoding)
    names = tables.unique_names(heading.values.tolist())
    decoded = {
        name: decode_column(column, detected.encoding)
        for name, column in zip(names, raw.columns, strict=True)
        if column.dtype == object
    }
    columns = {
        name: decoded[name].values if name in decoded else column
        for name, column in zip(names, raw.columns, strict=True)
    }
    _note_encoding(notes, detected)
    _note_names(notes, heading.values[heading.repaired].tolist())
    _note_texts(notes, decoded, raw.row_numbers)
    for remark in raw.remarks[:_MOST_REMARKS]:
        notes.add("read.remark", "info", remark=remark)
    return Source(
        path=located.path,
        layer=raw.layer,
        kind=located.kind,
        columns=columns,
        geometry=raw.geometry,
        crs=raw.crs,
        encoding=detected.encoding,
        encoding_found=detected.found,
        row_numbers=raw.row_numbers,
        findings=tuple(notes.findings),
    )


def _encoding_of(located: Located, raw: vector.RawLayer, texts: list[NDArray[Any]], given: str) -> Detected:
    if given:
        return Detected(python_name(given), "given")
    samples = {value for column in texts for value in column.tolist() if isinstance(value, str)} | set(raw.names)
    found = detect((sample.encode(LOSSLESS) for sample in samples), located.cpg)
    # GeoPackage and GeoJSON are UTF-8 by definition; only a file that breaks its own rule is worth a word.
    lawful = located.kind in ("gpkg", "geojson") and found.encoding == UTF8
    return Detected(UTF8, "format") if lawful else found


def _note_encoding(notes: _Notes, detected: Detected) -> None:
    if detected.contradicts:
        notes.add("read.lying_cpg", "warning", declared=detected.contradicts, encoding=detected.encoding)
    elif detected.found == "tried":
        notes.add("read.encoding_tried", "info", encoding=detected.encoding)


def _note_names(notes: _Notes, mended: Sequence[str]) -> None:
    if mended:
        notes.add("read.names_repaired", "warning", count=len(mended), names=", ".join(mended))


def _note_texts(notes: _Notes, decoded: dict[str, DecodedColumn], rows: NDArray[Any]) -> None:
    for name, column in decoded.items():
        if column.repaired.any():
            first = int(np.argmax(column.repaired))
            count = int(column.repaired.sum())
            notes.add("read.repaired", "warning", field=name, count=count, example=column.values[first])
        for index in np.flatnonzero(column.damaged):
            notes.add(
                "read.lost_letters", "warning", field=name, row=int(rows[index]), text=str(column.values[index])[:80]
            )


# -- shapes and their place


def _place(source: Source, crs: str, *, allow_abroad: bool, home: Bounds | None) -> Source:
    """Return the source with clean shapes whose coordinate system was judged."""
    if source.geometry is None:
        return _with(source, crs="")
    notes = _Notes(source.name)
    cleaned = clean(source.geometry)
    _note_shapes(notes, source, cleaned)
    if cleaned.missing.all():
        return _with(source, geometry=cleaned.geometry, crs="", findings=notes.findings)
    if crs and (said := _crs_name(source.crs)) not in ("-", _crs_name(crs)):
        notes.add("read.crs_overruled", "info", crs=crs, said=said)
    claimed = crs or _understood(notes, source.crs)
    bounds = _telling_bounds(cleaned.geometry)
    landing = where_it_lands(bounds, claimed or None, home=home)
    if landing.verdict == "unknown" and _WGS84 in landing.suggestions:
        notes.add("read.crs_assumed", "warning", crs=_WGS84)
        claimed, landing = _WGS84, where_it_lands(bounds, _WGS84, home=home)
    _judge(notes, source, landing, allow_abroad=allow_abroad)
    shapes = cleaned.geometry
    away = np.zeros(len(shapes), dtype=bool) if allow_abroad else _strays(shapes, claimed)
    code = epsg_of(claimed)
    source = _with(source, geometry=shapes, crs=f"EPSG:{code}" if code else claimed, findings=notes.findings)
    return _without(source, away) if away.any() else source


def _with(source: Source, *, findings: list[Finding] | None = None, **changes: Any) -> Source:
    values = {name: getattr(source, name) for name in Source.__slots__}
    return Source(**{**values, **changes, "findings": (*source.findings, *(findings or ()))})


def _note_shapes(notes: _Notes, source: Source, cleaned: Cleaned) -> None:
    if cleaned.flattened.any():
        notes.add("read.flattened", "info", count=int(cleaned.flattened.sum()))
    for index in np.flatnonzero(cleaned.mended):
        notes.add("read.mended", "warning", row=int(source.row_numbers[index]), reason=in_words(cleaned.reasons[index]))


def _telling_bounds(shapes: NDArray[Any]) -> Bounds:
    """Return the bounds of a file without its few outermost shapes: one point at 0, 0 must not condemn it."""
    boxes = shapely.bounds(shapes[~shapely.is_missing(shapes)])
    if len(boxes) < _MANY_ROWS:
        return _outer(boxes)
    west, south = np.percentile(boxes[:, :2], _OUTER_PERCENT, axis=0)
    east, north = np.percentile(boxes[:, 2:], 100 - _OUTER_PERCENT, axis=0)
    return float(west), float(south), float(east), float(north)


def _outer(boxes: NDArray[Any]) -> Bounds:
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _judge(notes: _Notes, source: Source, landing: Landing, *, allow_abroad: bool) -> None:
    values = {**landing.values, "crs": _crs_name(landing.crs)}
    if landing.verdict in REFUSED and not (landing.verdict == "abroad" and allow_abroad):
        raise SourceError(f"{landing.code}", field="crs", path=source.path, source=source.name, **values)
    if landing.verdict != "home":
        notes.add(f"{landing.code}.noted", "warning", **values)
    if landing.ambiguous and not read_crs(landing.crs).is_geographic:
        notes.add("landing.ambiguous", "info", **values)


def _understood(notes: _Notes, crs: str) -> str:
    """Return the system a file states, or nothing (with a finding) where its .prj makes no sense."""
    if not crs:
        return ""
    try:
        transformer(crs, GEOGRAPHIC_EPSG)
    except InvalidInput:
        notes.add("read.bad_prj", "warning", said=crs[:80])
        return ""
    return crs


def _crs_name(crs: str) -> str:
    """Return the code of a system, else its name; "-" for none or one that makes no sense."""
    try:
        read_crs(crs)
    except InvalidInput:
        return "-"
    code = epsg_of(crs)
    return f"EPSG:{code}" if code else read_crs(crs).name


def _strays(shapes: NDArray[Any], crs: str) -> NDArray[np.bool_]:
    """Return a mask (n,) of the shapes that lie outside Thailand though the file lies inside."""
    known = ~shapely.is_missing(shapes)
    boxes = shapely.bounds(shapes[known])
    mask = np.zeros(len(shapes), dtype=bool)
    box_deg = in_degrees(_outer(boxes), crs)
    if box_deg is not None and thailand().covers(shapely.box(*box_deg)):
        return mask
    for index in np.flatnonzero(known):
        box_deg = in_degrees(tuple(shapely.bounds(shapes[index])), crs)
        mask[index] = box_deg is None or not thailand().intersects(shapely.box(*box_deg))
    return mask


def _without(source: Source, away: NDArray[np.bool_]) -> Source:
    """Return the source with the rows of a mask (n,) moved to the rejected ones, a finding each."""
    notes = _Notes(source.name)
    rejected = []
    assert source.geometry is not None
    for index in np.flatnonzero(away):
        number = int(source.row_numbers[index])
        payload = {name: plain(values[index]) for name, values in source.columns.items()}
        x, y = shapely.get_coordinates(shapely.centroid(source.geometry[index]))[0]
        notes.add("row.stray", "error", row=number, x=f"{x:,.1f}", y=f"{y:,.1f}")
        rejected.append(Rejected(source.name, number, "row.stray", payload, None))
    kept = ~away
    return _with(
        source,
        columns={name: values[kept] for name, values in source.columns.items()},
        geometry=source.geometry[kept],
        row_numbers=source.row_numbers[kept],
        rejected=(*source.rejected, *rejected),
        findings=notes.findings,
    )


def plain(value: Any) -> Any:
    """Return a cell as JSON can hold it: numpy numbers as Python's, NaN as None, dates as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value != value:  # NaN is the only number unlike itself
        return None
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
