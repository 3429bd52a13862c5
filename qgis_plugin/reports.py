"""A task's report as a page for QGIS's result viewer."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from .texts import language, tr

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
    """Return a table; as the engine words it in the user's language where it does, else as stored."""
    heads = "".join(f"<th>{escape(str(head))}</th>" for head in table.get("headings") or table["columns"])
    rows = [*(table.get("shown") or table["rows"])[:_MOST_ROWS]]
    totals = table.get("shown_totals") or table["totals"]
    body = "".join(
        f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in [*rows, *([totals] if totals else [])]
    )
    left = len(table["rows"]) - _MOST_ROWS
    more = f"<p>{escape(tr('alg.more', n=left))}</p>" if left > 0 else ""
    return f"<h3>{escape(table['title_' + language()])}</h3><table><tr>{heads}</tr>{body}</table>{more}"


def _cell(value: Any) -> str:
    shown = "" if value is None else str(value)
    return f"<td>{escape(shown)}</td>"
