"""Read CSV and spreadsheet files: delimiter, heading row, broken lines, and coordinates kept in columns."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import python_calamine
import shapely
from numpy.typing import NDArray

from donhan_gis.errors import SourceError
from donhan_gis.exchange.container import Located, choose
from donhan_gis.exchange.encoding import Detected, decode, detect, python_name, repair
from donhan_gis.exchange.source import Rejected
from donhan_gis.paths import DATA

_DELIMITERS = ",;\t|"
_LOOK_AHEAD = 20  # rows looked at to find delimiter and heading
_LONGEST_RECORD = 30  # lines one quoted value may span before its quote counts as forgotten
_LONGEST_CELL = 2**31 - 1  # letters; a shape of many corners is longer than Python's reader takes unasked
csv.field_size_limit(_LONGEST_CELL)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of a table as columns (n,), with the file's own row numbers (n,) and the rows that were broken."""

    layer: str
    columns: dict[str, NDArray[Any]]
    row_numbers: NDArray[Any]
    rejected: tuple[Rejected, ...]
    detected: Detected
    mended_names: tuple[str, ...] = ()


def _content(located: Located) -> bytes:
    if isinstance(located.target, bytes):
        return located.target
    try:
        return located.target.read_bytes()
    except OSError as error:
        raise SourceError("read.refused", field="path", path=located.path) from error


# -- CSV


def read_csv(located: Located, *, encoding: str = "") -> Sheet:
    """Return a CSV file; a broken line is rejected with its text and the rest is read.

    Raises:
        SourceError: no heading, no rows, or unreadable.
    """
    raw = _content(located)
    detected, lines, lost = _lines(raw, encoding)
    delimiter = _delimiter(lines)
    records = _records(lines, delimiter)
    head = [cells for _, cells, _ in records[:_LOOK_AHEAD]]
    start = heading_row(head, most_cells=_common_width(head))
    if not records or start is None:
        raise SourceError("read.no_heading", field="path", path=located.path)
    names = unique_names(records[start][1])
    good: list[list[str]] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    for number, cells, text in records[start + 1 :]:
        if number in lost or not _fits(cells, len(names)):
            reason = "row.lost_letters" if number in lost else "row.broken_line"
            rejected.append(Rejected(located.path.name, number, reason, {"line": text}))
        elif any(cells):
            good.append(cells[: len(names)])
            numbers.append(number)
    columns = _columns(names, good)
    mended = mended_names(records[start][1])
    return Sheet(located.name, columns, np.array(numbers, dtype=np.int64), tuple(rejected), detected, mended)


def _lines(raw: bytes, encoding: str) -> tuple[Detected, list[str], set[int]]:
    """Return the encoding, the lines, and the numbers of lines with letters lost."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            text = raw[len(mark) :].decode(name, "replace")
            # str.splitlines would also cut at marks that stand inside values.
            return Detected(name, "mark"), re.split("\r\n|\r|\n", text), set()
    chunks = raw.replace(b"\0", b"").splitlines()
    chosen = python_name(encoding)
    detected = Detected(chosen, "given") if chosen else detect(chunks)
    decoded = [decode(chunk, detected.encoding) for chunk in chunks]
    return detected, [text for text, _ in decoded], {i for i, (_, lost) in enumerate(decoded, 1) if lost}


def _delimiter(lines: Sequence[str]) -> str:
    """Return the character that cuts most of the first lines into the same number of columns, and into the most."""
    head = [line for line in lines[: 4 * _LOOK_AHEAD] if line.strip()][:_LOOK_AHEAD]

    def score(delimiter: str) -> tuple[int, int]:
        counts = Counter(len(line) for line in csv.reader(head, delimiter=delimiter) if len(line) > 1)
        return max(((rows, width) for width, rows in counts.items()), default=(0, 0))

    return max(_DELIMITERS, key=score)


def _width(lines: Sequence[str], delimiter: str) -> int:
    """Return the number of cells that most lines have."""
    whole = [line for line in lines if line.strip() and line.count('"') % 2 == 0]
    return _common_width(list(csv.reader(whole, delimiter=delimiter)))


def _common_width(rows: Sequence[Sequence[Any]]) -> int:
    """Return the number of cells that most rows have, 0 without rows."""
    return Counter(len(cells) for cells in rows).most_common(1)[0][0] if rows else 0


def _records(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str], str]]:
    """Return (line number, cells, text) of each record; a quote never closed costs its own line only.

    No line is left out: those of a record that cannot be one come back one by one without cells.
    """
    width = _width(lines, delimiter)
    records: list[tuple[int, list[str], str]] = []
    index = 0
    while index < len(lines):
        found = [(lines[index], _cells(lines[index], delimiter))]
        taken = 1
        if lines[index].count('"') % 2 and not (found[0][1] and _strict(lines[index], delimiter)):
            found, taken = _over_lines(lines, index, delimiter, width)
        records += [(index + place, cells, text) for place, (text, cells) in enumerate(found, 1) if text.strip()]
        index += taken
    return records


def _cells(text: str, delimiter: str) -> list[str]:
    cells = text.split(delimiter) if '"' not in text else next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    return [cell.strip() for cell in cells]


def _strict(text: str, delimiter: str) -> list[str]:
    """Return the cells of one whole record whose quotes stand at the edges of cells, else nothing."""
    try:
        found = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    return [cell.strip() for cell in found[0]] if len(found) == 1 else []


def _over_lines(
    lines: Sequence[str], index: int, delimiter: str, width: int
) -> tuple[list[tuple[str, list[str]]], int]:
    """Return ([(text, cells)], lines taken) of a record whose quoted value runs over lines.

    Without cells: one line alone if its quote never ends well; every line if some of them are records swallowed by it.
    """
    text = lines[index]
    for taken, more in enumerate(lines[index + 1 : index + _LONGEST_RECORD], 2):
        text += "\n" + more
        if text.count('"') % 2:
            continue
        cells = _strict(text, delimiter)
        if len(cells) != width:
            break
        inside = lines[index + 1 : index + taken]
        if any(_is_record(line, delimiter, width) for line in inside):
            return [(lines[index], []), *((line, []) for line in inside)], taken
        return [(text, cells)], taken
    return [(lines[index], [])], 1


def _is_record(line: str, delimiter: str, width: int) -> bool:
    """Say whether a line inside a quoted value looks like a record: as many cells, one ending before any quote."""
    return width > 1 and line.count(delimiter) == width - 1 and delimiter in line.partition('"')[0]


def _fits(cells: Sequence[str], width: int) -> bool:
    """Say whether a row has as many cells as the heading; empty ones at the end do not count."""
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))


# -- spreadsheets


def read_sheet(located: Located, *, layer: str = "") -> Sheet:
    """Return one sheet of a workbook.

    Raises:
        SourceError: unreadable, protected, without heading, or the sheet must be chosen.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(_content(located)))
        filled = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except python_calamine.PasswordError as error:
        raise SourceError("read.password", field="path", path=located.path) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise SourceError("read.damaged", field="path", path=located.path, reason=error) from error
    if not layer:
        filled = {name: rows for name, rows in filled.items() if rows}
    name = choose(located.path, list(filled), layer)
    rows = [[_plain(cell) for cell in row] for row in filled[name]]
    start = heading_row(rows[:_LOOK_AHEAD])
    if start is None:
        raise SourceError("read.no_heading", field="path", path=located.path)
    names, depth = _heading(rows, start)
    mended = mended_names([cell for row in rows[start : start + depth] for cell in row])
    body = [(i, row) for i, row in enumerate(rows[start + depth :], start + depth + 1) if any(c != "" for c in row)]
    numbers = np.array([i for i, _ in body], dtype=np.int64)
    columns = _columns(names, [row for _, row in body])
    return Sheet(name, columns, numbers, (), Detected("utf-8", "format"), mended)


def _plain(cell: Any) -> Any:
    """Return a cell without the float that spreadsheets make of every whole number."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.strip() if isinstance(cell, str) else cell


def _heading(rows: Sequence[Sequence[Any]], start: int) -> tuple[list[str], int]:
    """Return the column names and how many rows they take: a heading over ไร่ งาน ตร.วา takes two."""
    top = [str(cell) for cell in rows[start]]
    below = rows[start + 1] if start + 1 < len(rows) else []
    gaps = [i for i, cell in enumerate(top) if not cell and i < len(below) and below[i] != ""]
    letters = [cell for cell in below if cell != ""]
    if not gaps or not all(isinstance(cell, str) and not cell.isdigit() for cell in letters):
        return unique_names(top), 1
    return unique_names([str(low) or high for high, low in zip(top, below, strict=False)]), 2


def heading_row(rows: Sequence[Sequence[Any]], *, most_cells: int | None = None) -> int | None:
    """Return the index of the first row that is nearly as full as the fullest one and holds texts only.

    ``most_cells`` is how many cells a row should have: a broken line with more must not set the measure.
    """
    filled = [sum(cell not in ("", None) for cell in row) for row in rows]
    if not filled or not max(filled):
        return None
    fullest = max(filled) if most_cells is None else min(max(filled), most_cells)
    for index, row in enumerate(rows):
        texts = [cell for cell in row if isinstance(cell, str) and cell]
        if filled[index] * 2 > fullest and len(texts) == filled[index]:
            return index
    return None


def unique_names(cells: Sequence[Any]) -> list[str]:
    """Return column names: empty ones numbered, repeated ones counted, those encoded twice mended.

    >>> unique_names(["ชื่อ", "", "ชื่อ"])
    ['ชื่อ', 'column_2', 'ชื่อ_2']
    """
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        name = " ".join(repair(str(cell)).split()) or f"column_{position}"
        seen = sum(other == name or other.rpartition("_")[0] == name for other in names)
        names.append(f"{name}_{seen + 1}" if name in names else name)
    return names


def mended_names(cells: Sequence[Any]) -> tuple[str, ...]:
    """Return the names among the cells of a heading that were encoded twice, as they should be."""
    return tuple(again for cell in map(str, cells) if (again := repair(cell)) != cell)


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, NDArray[Any]]:
    width = len(names)
    grid = np.full((len(rows), width), None, dtype=object)
    for index, row in enumerate(rows):
        cells = [cell if cell != "" else None for cell in row[:width]]
        grid[index, : len(cells)] = cells
    return {name: grid[:, position] for position, name in enumerate(names)}


# -- coordinates in columns


@cache
def coordinate_names() -> dict[str, list[str]]:
    """Return the column names that hold WKT, x and y, from ``data/crs/columns.toml``."""
    data = tomllib.loads((DATA / "crs" / "columns.toml").read_text(encoding="utf-8"))
    return {role: data[role] for role in ("wkt", "x", "y")}


def _named(columns: dict[str, NDArray[Any]], role: str) -> str | None:
    wanted = coordinate_names()[role]
    return next((name for name in columns if name.casefold().strip() in wanted), None)


def take_geometry(columns: dict[str, NDArray[Any]]) -> tuple[dict[str, NDArray[Any]], NDArray[Any] | None]:
    """Return the columns left over and the shapes (n,) that WKT or x and y columns hold, or None without such."""
    wkt, x, y = (_named(columns, role) for role in ("wkt", "x", "y"))
    if wkt:
        texts = np.array([None if value is None else str(value) for value in columns[wkt]], dtype=object)
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
        return {name: values for name, values in columns.items() if name != wkt}, shapes
    if not (x and y):
        return columns, None
    points = np.column_stack([_numbers(columns[x]), _numbers(columns[y])])
    known = np.isfinite(points).all(axis=1)
    shapes = np.full(len(points), None, dtype=object)
    shapes[known] = shapely.points(points[known])
    return {name: values for name, values in columns.items() if name not in (x, y)}, shapes


def _numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    def number(value: Any) -> float:
        try:
            return float(str(value).replace(",", ""))
        except ValueError:
            return float("nan")

    return np.array([number(value) for value in values], dtype=np.float64)
