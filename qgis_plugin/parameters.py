"""The fields of a task as Processing parameters, and their values back as the engine takes them."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .texts import titled, tr

_DATES = ("date", "datetime")


def parameter(field: dict[str, Any]) -> QgsProcessingParameterDefinition:
    """Return the Processing parameter of a task's field."""
    name, optional = field["name"], not field["required"]
    title = titled(field) + (f" ({field['unit']})" if field["unit"] else "")
    default = field["default"]
    if field["kind"] in ("choice", "choices") and field["choices"]:
        made = _enum(field, title, optional)
    elif field["kind"] == "bool":
        made = QgsProcessingParameterBoolean(name, title, bool(default), optional)
    elif field["kind"] in ("int", "decimal"):
        made = _number(field, title, optional)
    elif field["writes"]:
        made = _destination(field, title, optional)
    elif field["kind"] in ("file", "photo"):
        made = QgsProcessingParameterFile(name, title, defaultValue=default, optional=optional)
    else:
        long = field["kind"] == "longtext"
        made = QgsProcessingParameterString(name, title, default, long, optional)
    made.setHelp(titled(field, "help") or (tr("alg.date_help") if field["kind"] in _DATES else ""))
    return made


def _destination(field: dict[str, Any], title: str, optional: bool) -> QgsProcessingParameterDefinition:
    """Return a file to write; or a folder."""
    if field["writes"] == "/":
        return QgsProcessingParameterFolderDestination(field["name"], title, field["default"], optional, False)
    kinds = [ending.removeprefix(".") for ending in field["writes"].split()]
    wanted = ";;".join(f"{kind.upper()} (*.{kind})" for kind in kinds)
    return QgsProcessingParameterFileDestination(field["name"], title, wanted, field["default"], optional, False)


def _enum(field: dict[str, Any], title: str, optional: bool) -> QgsProcessingParameterEnum:
    codes = [choice["code"] for choice in field["choices"]]
    default = codes.index(field["default"]) if field["default"] in codes else None
    labels = [titled(choice) for choice in field["choices"]]
    return QgsProcessingParameterEnum(field["name"], title, labels, field["kind"] == "choices", default, optional)


def _number(field: dict[str, Any], title: str, optional: bool) -> QgsProcessingParameterNumber:
    whole = field["kind"] == "int"
    kinds = (
        QgsProcessingParameterNumber.Type
        if hasattr(QgsProcessingParameterNumber, "Type")
        else QgsProcessingParameterNumber
    )
    made = QgsProcessingParameterNumber(
        field["name"],
        title,
        kinds.Integer if whole else kinds.Double,
        field["default"],
        optional,
    )
    if field["minimum"] is not None:
        made.setMinimum(field["minimum"])
    if field["maximum"] is not None:
        made.setMaximum(field["maximum"])
    return made


def value(
    algorithm: QgsProcessingAlgorithm,
    field: dict[str, Any],
    given: dict[str, Any],
    context: QgsProcessingContext,
) -> Any:
    """Return what the user gave for a field, in the form the engine takes; None where left empty."""
    name, kind = field["name"], field["kind"]
    if given.get(name) in (None, ""):
        return None
    if kind == "choice" and field["choices"]:
        return field["choices"][algorithm.parameterAsEnum(given, name, context)]["code"]
    if kind == "choices" and field["choices"]:
        return ",".join(field["choices"][i]["code"] for i in algorithm.parameterAsEnums(given, name, context))
    if field["writes"]:
        return algorithm.parameterAsFileOutput(given, name, context)
    if kind == "bool":
        return int(algorithm.parameterAsBool(given, name, context))
    if kind == "int":
        return algorithm.parameterAsInt(given, name, context)
    if kind == "decimal":
        return algorithm.parameterAsDouble(given, name, context)
    return algorithm.parameterAsString(given, name, context)
