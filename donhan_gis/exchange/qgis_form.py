"""A register's form in QGIS: widgets, Thai aliases, defaults, constraints, tabs, list columns."""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element

from donhan_gis.exchange import qgis_expression as expression
from donhan_gis.exchange.qgis_xml import add, variant
from donhan_gis.field import Field, Kind
from donhan_gis.i18n import text
from donhan_gis.register import SYSTEM_COLUMNS, Register, Registers

HARD, SOFT = 1, 2
_NOT_NULL, _UNIQUE, _EXPRESSION = 1, 2, 4
_FIELD_TYPES = {Kind.INT: 2, Kind.MONEY: 6, Kind.DECIMAL: 6, Kind.BOOL: 1, Kind.DATE: 14}  # QVariant's numbers
_TEXT_TYPE = 10
_TYPE_NAMES = {2: "integer", 6: "double", 1: "boolean", 14: "date", _TEXT_TYPE: "text"}
_SPIN_LIMIT = 2_000_000_000  # QGIS's number box holds 32 bits
# QGIS has no clock in UTC, in which the store writes; the seconds since 1970 are, so they are counted from there.
_SINCE_1970 = "to_interval(to_string(to_int(epoch(now()) / 1000)) || ' seconds')"
_UTC = f"format_date(to_datetime('1970-01-01T00:00:00') + {_SINCE_1970}, 'yyyy-MM-ddTHH:mm:ss') || 'Z'"
SYSTEM_BEFORE = tuple(name for name in SYSTEM_COLUMNS if name != "geom")
_EMPTY = "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"  # what QGIS calls no value in a drop-down
# What plain QGIS writes into the system's columns: (expression, whether also at each change).
SYSTEM_DEFAULTS = {
    "uid": ("replace(uuid('WithoutBraces'), '-', '')", False),
    "rev": ('if("rev" is null, 1, "rev" + 1)', True),
    "created_at": (_UTC, False),
    "created_by": ("coalesce(@user_account_name, 'QGIS')", False),
    "updated_at": (_UTC, True),
    "updated_by": ("coalesce(@user_account_name, 'QGIS')", True),
}


def relation_id(layer: str, via: str) -> str:
    """Return the id of the relation from a column of a layer to the register it points at."""
    return f"{layer}_{via}"


def baht_name(name: str) -> str:
    """Return the name of the field that shows a money column in baht.

    >>> baht_name("price_satang_per_sqwah")
    'price_baht_per_sqwah'
    """
    return name.replace("satang", "baht") if "satang" in name else f"{name}_baht"


def alias(field: Field) -> str:
    """Return the Thai alias of a column; a money column says that it holds satang."""
    return text("qgis.money", title=field.th) if field.kind is Kind.MONEY else field.heading()


def shown_fields(register: Register) -> list[Field]:
    """Return the stored columns a form shows."""
    return [field for field in register.fields if not field.retired]


def virtual_fields(register: Register) -> list[tuple[Field, str]]:
    """Return (field, expression) of what QGIS works out: money in baht, and the computed values."""
    found = []
    for field in shown_fields(register):
        if field.kind is Kind.MONEY:
            heading = text("qgis.money_baht", title=field.th, unit=field.unit or "บาท")
            shown = Field(baht_name(field.name), Kind.DECIMAL, heading, field.en, section=field.section)
            found.append((shown, f"{expression.column(field.name)} / 100.0"))
    found += [(value.as_field(), expression.computed(value, register)) for value in register.computed]
    return found


def fields(layer: Element, register: Register, registers: Registers, *, id_: str) -> None:
    """Append all that QGIS keeps for each field of the layer ``id_``."""
    virtual = virtual_fields(register)
    shown = [*shown_fields(register), *(field for field, _ in virtual)]
    _expression_fields(layer, virtual)
    widgets, aliases = add(layer, "fieldConfiguration"), add(layer, "aliases")
    for name in SYSTEM_BEFORE:
        _widget(widgets, name, "Hidden", {})
        add(aliases, "alias", field=name, name=text(f"qgis.system_{name}"))
    for field in shown:
        _widget(widgets, field.name, *widget(field, register, registers, id_=id_))
        add(aliases, "alias", field=field.name, name=alias(field))
    _defaults(layer, register, registers)
    _constraints(layer, register)
    _table_columns(layer, register, shown)


def _expression_fields(layer: Element, virtual: list[tuple[Field, str]]) -> None:
    listed = add(layer, "expressionfields")
    for field, written in virtual:
        number = _FIELD_TYPES.get(field.kind, _TEXT_TYPE)
        shape = {"type": number, "typeName": _TYPE_NAMES[number], "length": 0, "precision": 0, "subType": 0}
        add(listed, "field", name=field.name, expression=written, comment="", **shape)


def _widget(parent: Element, name: str, kind: str, settings: dict[str, Any]) -> None:
    configured = add(add(parent, "field", name=name, configurationFlags="None"), "editWidget", type=kind)
    variant(add(configured, "config"), settings)


def widget(field: Field, register: Register, registers: Registers, *, id_: str) -> tuple[str, dict[str, Any]]:
    """Return (QGIS widget, settings) with which a field is edited."""
    if field.kind is Kind.CHOICE:
        empty = [] if field.required else [{text("qgis.empty"): _EMPTY}]
        return "ValueMap", {"map": [*empty, *({choice.th: choice.code} for choice in registers.choices_of(field))]}
    if field.kind is Kind.REF:
        return "RelationReference", _reference(field, register, id_)
    if field.kind is Kind.BOOL:
        return "CheckBox", {"CheckedState": "1", "UncheckedState": "0", "TextDisplayMethod": 1}
    if field.kind in _MOMENTS:
        return "DateTime", _moment(field.kind)
    if field.kind in (Kind.PHOTO, Kind.FILE):
        return "ExternalResource", _resource(field.kind)
    if field.kind is Kind.DECIMAL or (field.kind is Kind.INT and _fits_a_number_box(field)):
        return "Range", _range(field)
    return "TextEdit", {"IsMultiline": field.kind is Kind.LONGTEXT, "UseHtml": False}


def _reference(field: Field, register: Register, id_: str) -> dict[str, Any]:
    return {
        "Relation": relation_id(id_, field.name),
        "AllowAddFeatures": register.by_hand,
        "AllowNULL": not field.required,
        "ShowOpenFormButton": True,
        "ShowForm": False,
        "MapIdentification": False,
        "OrderByValue": True,
        "FetchLimitActive": True,
        "FetchLimitNumber": 100,
        "ReferencedLayerId": expression.layer_id(field.to),
    }


_MOMENTS = {
    Kind.DATE: ("d/M/yyyy", "yyyy-MM-dd"),
    Kind.TIME: ("HH:mm", "HH:mm"),
    Kind.DATETIME: ("d/M/yyyy HH:mm", "yyyy-MM-dd HH:mm"),
}


def _moment(kind: Kind) -> dict[str, Any]:
    shown, stored = _MOMENTS[kind]
    calendar = kind is not Kind.TIME
    return {
        "display_format": shown,
        "field_format": stored,
        "allow_null": True,
        "calendar_popup": calendar,
        "field_iso_format": False,
    }


def _resource(kind: Kind) -> dict[str, Any]:
    picture = 1 if kind is Kind.PHOTO else 0
    return {
        "DocumentViewer": picture,
        "DocumentViewerHeight": 240 * picture,
        "DocumentViewerWidth": 0,
        "FileWidget": True,
        "FileWidgetButton": True,
        "FileWidgetFilter": "",
        "RelativeStorage": 1,  # beside the project
        "StorageMode": 0,
    }


def _fits_a_number_box(field: Field) -> bool:
    return field.minimum is not None and field.maximum is not None and abs(field.maximum) < _SPIN_LIMIT


def _range(field: Field) -> dict[str, Any]:
    """Return a number box; decimals are shown to as many places as declared."""
    whole = field.kind is Kind.INT
    limits = {"Min": field.minimum, "Max": field.maximum}
    given = {name: int(limit) if whole else float(limit) for name, limit in limits.items() if limit is not None}
    places = {"Precision": 0 if whole else field.decimals, "Step": 1 if whole else 1.0}
    unit = f" {field.unit}" if field.unit else ""
    return {"AllowNull": True, "Style": "SpinBox", "Suffix": unit, **places, **given}


def _defaults(layer: Element, register: Register, registers: Registers) -> None:
    listed = add(layer, "defaults")
    for name, (written, at_change) in SYSTEM_DEFAULTS.items():
        add(listed, "default", field=name, expression=written, applyOnUpdate=int(at_change))
    for field in shown_fields(register):
        written = expression.default(field)
        if register.number and register.number.field == field.name and not register.number.reset:
            written = expression.next_number(register, registers, register.number)
        if written:
            add(listed, "default", field=field.name, expression=written, applyOnUpdate=0)


def _constraints(layer: Element, register: Register) -> None:
    conditions = _conditions(register)
    listed, written = add(layer, "constraints"), add(layer, "constraintExpressions")
    for field in shown_fields(register):
        strength, parts = conditions[field.name]
        kinds = field.required * _NOT_NULL | field.unique * _UNIQUE | bool(parts) * _EXPRESSION
        strengths = {
            "notnull_strength": HARD * field.required,
            "unique_strength": HARD * field.unique,
            "exp_strength": strength,
        }
        add(listed, "constraint", field=field.name, constraints=kinds, **strengths)
        whole = " and ".join(condition for condition, _ in parts)
        add(written, "constraint", field=field.name, exp=whole, desc=" / ".join(sentence for _, sentence in parts))


def _conditions(register: Register) -> dict[str, tuple[int, list[tuple[str, str]]]]:
    """Return, for each field, how strict its conditions are and the (expression, sentence) of each.

    A rule stands at the first field it names that holds no conditions of the other level: QGIS knows one level a field.
    A warning that finds no such field is left to the check of the whole project, so that it never blocks a form.
    """
    found: dict[str, tuple[int, list[tuple[str, str]]]] = {}
    for field in shown_fields(register):
        parts = [(expression.condition(limit), sentence) for limit, sentence in expression.limits(field)]
        found[field.name] = (HARD if parts else 0, parts)
    for rule in sorted(register.rules, key=lambda rule: rule.level):
        strength = HARD if rule.level == "error" else SOFT
        for name in expression.columns_in(rule.sql, register):
            if name in found and found[name][0] in (0, strength):
                parts = [*found[name][1], (expression.condition(rule.sql), rule.th)]
                found[name] = (strength, parts)
                break
    return found


def _table_columns(layer: Element, register: Register, shown: list[Field]) -> None:
    """Show the register's list columns first; the rest stay in reach but hidden."""
    columns = add(add(layer, "attributetableconfig", actionWidgetStyle="dropDown"), "columns")
    names = [field.name for field in shown]
    first = [baht_name(n) if f"{n}" in names and baht_name(n) in names else n for n in register.list if n in names]
    widths = {field.name: _width(alias(field)) for field in shown}
    for name in [*first, *(n for n in names if n not in first), *SYSTEM_BEFORE]:
        hidden = int(bool(first) and name not in first)
        add(columns, "column", type="field", name=name, hidden=hidden, width=widths.get(name, -1))


def _width(heading: str) -> int:
    """Return the pixels a column needs for its heading; Thai marks above and below a letter take no room."""
    letters = sum(unicodedata.category(letter) != "Mn" for letter in heading)
    return min(40 + 8 * letters, 320)


def form(layer: Element, register: Register) -> None:
    """Append the form: a tab for each section, one for computed values, one for each child register."""
    add(layer, "editorlayout", "tablayout")
    tabs = add(layer, "attributeEditorForm")
    virtual = [field for field, _ in virtual_fields(register)]
    shown = shown_fields(register) + [field for field in virtual if field.section]
    titles = {section.id: section.th for section in register.sections} or {"": register.th}
    for section, th in titles.items():
        tab = _container(tabs, th)
        _grouped(tab, [field for field in shown if field.section == section or not register.sections])
    if computed := [field for field in virtual if not field.section]:
        tab = _container(tabs, text("qgis.computed"))
        _grouped(tab, computed)
    for child in register.children:
        relation = {
            "relation": relation_id(expression.layer_id(child.register), child.via),
            "label": child.th,
            "showLabel": 0,
        }
        element = add(_container(tabs, child.th), "attributeEditorRelation", name=relation["relation"], **relation)
        element.set("relationWidgetTypeId", "relation_editor")
        variant(add(element, "editor_configuration"), {"buttons": "AllButtons", "show_first_feature": False})
    _editable(layer, register)


def _container(parent: Element, name: str, *, only: str = "", group: bool = False) -> Element:
    return add(
        parent,
        "attributeEditorContainer",
        name=name,
        columnCount=1,
        groupBox=int(group),
        showLabel=int(not group),
        visibilityExpression=only,
        visibilityExpressionEnabled=int(bool(only)),
    )


def _grouped(tab: Element, shown: list[Field]) -> None:
    """Append fields; those that apply only under a condition go into a group that hides when it does not hold."""
    for only, run in groupby(_with_baht_beside(shown), key=lambda field: field.only):
        parent = _container(tab, only, only=only, group=True) if only else tab
        for field in run:
            add(parent, "attributeEditorField", name=field.name, index=-1, showLabel=1)


def _with_baht_beside(shown: list[Field]) -> list[Field]:
    """Return the fields with each baht value right behind its satang column."""
    stored = {field.name: position for position, field in enumerate(shown)}
    behind = {baht_name(f.name): stored[f.name] + 0.5 for f in shown if f.kind is Kind.MONEY}
    return sorted(shown, key=lambda field: behind.get(field.name, stored[field.name]))


def _editable(layer: Element, register: Register) -> None:
    listed = add(layer, "editable")
    for field in shown_fields(register):
        add(listed, "field", name=field.name, editable=int(not field.readonly and register.by_hand))
    for field, _ in virtual_fields(register):
        add(listed, "field", name=field.name, editable=0)


def words(layer: Element, register: Register, registers: Registers) -> None:
    """Append how a row is called in lists, and what the map shows when the mouse rests on it."""
    called = expression.title(register, registers)
    listed = [register.field(name) for name in register.list[:6] if name in register.columns]
    lines = "".join(
        f'<tr><td>{alias(field)}</td><td>[% represent_value("{field.name}") %]</td></tr>' for field in listed
    )
    add(layer, "previewExpression", called)
    add(layer, "mapTip", f"<b>[% {called} %]</b><table>{lines}</table>")
