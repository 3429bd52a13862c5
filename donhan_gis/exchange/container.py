"""Find out what a path holds before any library opens it: kind by content, one dataset of a folder or a zip.

Archives are never unpacked to disk; what a reader needs of them is handed over in memory.
"""

from __future__ import annotations

import io
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from donhan_gis.errors import SourceError

Kind = Literal["shapefile", "gpkg", "geojson", "csv", "sheet", "vector"]
PROJECT_TABLE = "donhan_meta"  # only a project of this program has it
_KINDS: dict[str, Kind] = {
    ".shp": "shapefile",
    ".gpkg": "gpkg",
    ".geojson": "geojson",
    ".json": "geojson",
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), "sheet"),
    **dict.fromkeys((".kml", ".kmz", ".gml", ".fgb", ".tab", ".mif", ".dxf", ".gdb", ".gpx"), "vector"),
}
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_RASTER_HEADS = (
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM"),
    *(b"\0\0\0\x0cjP", b"\xff\x4f\xff\x51", b"\x89HDF", b"%PDF"),
)
_RASTER_SUFFIXES = (".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2", ".ecw", ".img", ".vrt", ".sid", ".bmp")
_SQLITE_HEAD = b"SQLite format 3\0"
_OLE_HEAD = b"\xd0\xcf\x11\xe0"
_BROKEN_ZIP = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)
_MOST_BYTES = 4 * 1024**3
_MOST_RATIO = 300  # of unpacked to packed size; real geodata packs 5 to 20 times
_RATIO_FROM_BYTES = 100 * 1024**2


@dataclass(frozen=True, slots=True)
class Located:
    """One dataset: ``target`` is a path or the bytes of it, ``name`` its file's stem, ``cpg`` the text beside it."""

    path: Path
    kind: Kind
    name: str
    target: Path | bytes
    cpg: str = ""


def locate(path: Path, *, layer: str = "") -> Located:
    """Return the one dataset a path holds; ``layer`` chooses among several by file name.

    Raises:
        SourceError: missing, empty, unreadable, several, a raster, a project, damaged or dangerous.
    """
    if not path.exists():
        raise SourceError("read.missing", field="path", path=path)
    if path.is_dir():
        return _in_folder(path, layer)
    head = _head(path)
    if not head:
        raise SourceError("read.empty", field="path", path=path)
    if head.startswith(_RASTER_HEADS):
        raise SourceError("read.raster", field="path", path=path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(path, layer)
    if head.startswith(_SQLITE_HEAD):
        _check_sqlite(path)
        return Located(path, "gpkg", path.stem, path)
    if head.startswith(_OLE_HEAD) and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise SourceError("read.password", field="path", path=path)
    return _plain_file(path, head)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(64)
    except OSError as error:
        raise SourceError("read.refused", field="path", path=path) from error


def _plain_file(path: Path, head: bytes) -> Located:
    suffix = path.suffix.lower()
    if suffix in _RASTER_SUFFIXES:
        raise SourceError("read.raster", field="path", path=path)
    if suffix in (".dbf", ".shx", ".prj", ".cpg") and path.with_suffix(".shp").exists():
        path, suffix = path.with_suffix(".shp"), ".shp"
    kind = "geojson" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else _KINDS.get(suffix)
    if kind == "gpkg":
        raise SourceError("read.damaged", field="path", path=path, reason="not a GeoPackage")
    if kind is None:
        raise SourceError("read.unknown_kind", field="path", path=path)
    if kind == "shapefile":
        return _shapefile(path, path)
    return Located(path, kind, path.stem, path)


def _shapefile(path: Path, shp: Path) -> Located:
    beside = {file.suffix.lower(): file for file in shp.parent.glob("*") if file.stem == shp.stem}
    _need_parts(path, beside)
    cpg = beside[".cpg"].read_text(encoding="ascii", errors="replace") if ".cpg" in beside else ""
    return Located(path, "shapefile", shp.stem, shp, cpg.strip())


def _need_parts(path: Path, suffixes: Iterable[str]) -> None:
    missing = [part for part in (".shx", ".dbf") if part not in suffixes]
    if missing:
        raise SourceError("read.incomplete", field="path", path=path, missing=" ".join(missing))


def choose(path: Path, names: Sequence[str], layer: str) -> str:
    """Return the one name asked for, or the only one.

    Raises:
        SourceError: none, several and none asked for, or no such name.
    """
    if layer:
        found = [name for name in names if name.casefold() == layer.casefold()]
        if not found:
            raise SourceError("read.no_layer", field="layer", path=path, layer=layer, names=", ".join(names) or "-")
        return found[0]
    if not names:
        raise SourceError("read.nothing_inside", field="path", path=path)
    if len(names) > 1:
        raise SourceError("read.many", field="layer", path=path, names=", ".join(names), first=names[0])
    return names[0]


def _datasets(files: Iterable[PurePosixPath], layer: str) -> dict[str, PurePosixPath]:
    """Return the readable members by stem; tables count only where there is no map file, unless asked for."""
    known = [file for file in files if file.suffix.lower() in _KINDS and not file.name.startswith(".")]
    tables = ("csv", "sheet")
    maps = [file for file in known if _KINDS[file.suffix.lower()] not in tables]
    wanted = [file for file in known if layer and file.stem.casefold() == layer.casefold()]
    return {file.stem: file for file in (wanted or maps or known)}


def _in_folder(path: Path, layer: str) -> Located:
    if path.suffix.lower() == ".gdb":
        return Located(path, "vector", path.stem, path)
    try:
        files = [file for file in sorted(path.iterdir()) if not _is_project(file)]
    except OSError as error:
        raise SourceError("read.refused", field="path", path=path) from error
    found = _datasets((PurePosixPath(file.name) for file in files), layer)
    name = choose(path, list(found), layer)
    inner = locate(path / found[name])
    return Located(path, inner.kind, inner.name, inner.target, inner.cpg)


def _is_project(file: Path) -> bool:
    """Say whether a file is a project of this program; what cannot be read is left to the one who opens it."""
    if file.suffix.lower() != ".gpkg" or not file.is_file():
        return False
    try:
        return PROJECT_TABLE in _tables(file)[0]
    except (OSError, sqlite3.DatabaseError, UnicodeDecodeError):
        return False


def _in_zip(path: Path, layer: str) -> Located:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names or "xl/workbook.bin" in names or "META-INF/manifest.xml" in names:
                return Located(path, "sheet", path.stem, path)
            _check_zip(path, archive)
            return _member(path, archive, layer)
    except _BROKEN_ZIP as error:
        raise SourceError("read.damaged", field="path", path=path, reason=error) from error


def _check_zip(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse passwords, names that climb out of the archive, and archives that unpack to absurd sizes."""
    infos = archive.infolist()
    if any(info.flag_bits & 1 for info in infos):
        raise SourceError("read.password", field="path", path=path)
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or ":" in inner.parts[0]:
            raise SourceError("read.unsafe_zip", field="path", path=path, name=info.filename)
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if unpacked > _MOST_BYTES or (unpacked > _RATIO_FROM_BYTES and unpacked > _MOST_RATIO * max(packed, 1)):
        raise SourceError("read.zip_bomb", field="path", path=path, mb=f"{unpacked / 1024**2:,.0f}")


def _true_name(info: zipfile.ZipInfo) -> PurePosixPath:
    """Return a member's name; Windows in Thailand writes it in CP874 without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp874", "replace")
    return PurePosixPath(name)


def _member(path: Path, archive: zipfile.ZipFile, layer: str) -> Located:
    members = {
        _true_name(info): info for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename
    }
    found = _datasets(members, layer)
    if not found and any(file.suffix.lower() in _RASTER_SUFFIXES for file in members):
        raise SourceError("read.raster", field="path", path=path)
    name = choose(path, list(found), layer)
    file = found[name]
    kind = _KINDS[file.suffix.lower()]
    if kind != "shapefile":
        return Located(path, kind, name, archive.read(members[file]))
    parts = {f.suffix.lower(): members[f] for f in members if f.parent == file.parent and f.stem == file.stem}
    _need_parts(path, parts)
    cpg = archive.read(parts[".cpg"]).decode("ascii", "replace") if ".cpg" in parts else ""
    # A fresh archive with plain names: readers disagree about Thai ones.
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as fresh:
        for suffix in _SHAPEFILE_PARTS:
            if suffix in parts:
                fresh.writestr(f"layer{suffix}", archive.read(parts[suffix]))
    return Located(path, "shapefile", name, packed.getvalue(), cpg.strip())


def _check_sqlite(path: Path) -> None:
    """Refuse a project of this program, a GeoPackage of pictures only, and a file cut short.

    Python's own sqlite3 looks inside, read-only: a second copy of SQLite would lose the locks of an open project.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(100)
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    page = 65536 if page == 1 else page  # the format writes its largest page size so
    if size < page * pages and head[24:28] == head[92:96]:
        raise SourceError("read.truncated", field="path", path=path, have=f"{size:,}", want=f"{page * pages:,}")
    try:
        tables, types = _tables(path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise SourceError("read.damaged", field="path", path=path, reason=error) from error
    if PROJECT_TABLE in tables:
        raise SourceError("read.is_project", field="path", path=path)
    if types and types <= {"tiles", "2d-gridded-coverage"}:
        raise SourceError("read.raster", field="path", path=path)


def _tables(path: Path) -> tuple[set[str], set[str]]:
    """Return the tables of a SQLite file, in small letters, and the kinds of layers a GeoPackage says it has."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=2)) as database:
        tables = {row[0] for row in database.execute("select lower(name) from sqlite_master")}
        types: set[str] = set()
        if "gpkg_contents" in tables:
            types = {row[0] for row in database.execute("select data_type from gpkg_contents")}
    return tables, types
