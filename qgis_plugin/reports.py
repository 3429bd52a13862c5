"""A task's report as a page for QGIS's result viewer."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from .texts import language, titled, tr

_MOST_ROWS = 500
_LOOK = (
    "body{font-family:Sarabun,Laksaman,Tahoma,sans-serif} table{border-collapse:collapse} "
    "th,td{border:1px solid #bbb;padding:2px 6px}"
)


def page(report: dict[str, Any]) -> str:
    """Return the report as HTML: title, notes, tables, files."""
    title = escape(report[f"title_{language()}"])
    parts = [f"<html><head><meta charset='utf-8'><style>{_LOOK}</style></head><body><h2>{title}</h2>"]
    parts += [f"<p>{escape(note)}</p>" for note in report[f"notes_{language()}"]]
    parts += [_table(table) for table in report["tables"]]
    if report["files"]:
        items = "".join(f"<li><a href='{Path(file).as_uri()}'>{escape(file)}</a></li>" for file in report["files"])
        parts.append(f"<h3>{escape(tr('alg.files'))}</h3><ul>{items}</ul>")
    labels = {"th": 0, "en": 1}
    facts = [f"{escape(entry[labels[language()]])}: {escape(str(entry[2]))}" for entry in report["provenance"]]
    return "".join([*parts, f"<p><small>{'<br>'.join(facts)}</small></p></body></html>"])


def _table(table: dict[str, Any]) -> str:
    heads = "".join(f"<th>{escape(_heading(column))}</th>" for column in table["columns"])
    rows = [*table["rows"][:_MOST_ROWS], *([table["totals"]] if table["totals"] else [])]
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<h3>{escape(table['title_' + language()])}</h3><table><tr>{heads}</tr>{body}</table>"


def _heading(column: Any) -> str:
    return titled(column) if isinstance(column, dict) else str(column)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, float) else escape(str(value))
