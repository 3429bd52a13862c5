"""Compute files of tax cases: small municipalities with expected results, for lawyers, tests and other programs.

One bad case gives an error that names its field; the others still run. Money and areas are decimal strings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from donhan_gis.documents.output import whole_file
from donhan_gis.errors import DonhanError, SourceError
from donhan_gis.exchange.case_node import LONGEST, Node, fault
from donhan_gis.exchange.tax_case_money import (
    Computed,
    depreciation_case,
    instalments_case,
    late_payment_case,
    signboard_case,
)
from donhan_gis.exchange.tax_case_town import land_building_case

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a file of cases: how many were read, computed and refused."""

    cases_n: int
    computed_n: int
    failed_n: int


def calculate_file(cases_path: Path, out_path: Path) -> Summary:
    """Compute every case of a JSON file and write the results beside their ids; the result file is replaced whole.

    Raises:
        SourceError: the case file cannot be read at all, or the result file cannot be written or is the case file.
    """
    source, out = Path(cases_path), Path(out_path)
    cases = _read(source)
    if out.exists() and out.samefile(source):
        raise SourceError("tax_cases.same_file", field="out", path=str(out))
    results = calculate(cases)
    written = json.dumps(results, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    with whole_file(out) as spare:
        spare.write_bytes(written)
    failed = sum("error" in result for result in results)
    return Summary(len(results), len(results) - failed, failed)


def calculate(cases: Sequence[Any]) -> list[Result]:
    """Return for each case ``{"id", "results", "trace"}``, or ``{"id", "error"}`` where it cannot be computed.

    >>> calculate([{"id": "d", "kind": "depreciation", "material": "wood", "age_years": 19}])[0]["results"]
    {'depreciation_pct': 93}
    """
    seen: set[str] = set()
    return [_one(case, place, seen) for place, case in enumerate(cases)]


def _one(case: Any, place: int, seen: set[str]) -> Result:
    """Return the result of one case; every fault becomes an error of this case alone."""
    name: Result = {"id": None, "position": place}
    try:
        node = Node(case)
        given = node.need("id")
        known, name = given.text(), {"id": given.value}
        if known in seen:
            raise fault("duplicate", "id", value=known)
        seen.add(known)
        results, trace = KINDS[node.need("kind").one_of(KINDS)](node)
    except DonhanError as trouble:
        return {**name, "error": trouble.as_dict()}
    except Exception as trouble:  # a fault of the program in one case must not take the others with it
        return {**name, "error": fault("internal", "", reason=repr(trouble)).as_dict()}
    return {**name, "results": results, "trace": trace}


KINDS: Mapping[str, Callable[[Node], Computed]] = {
    "land_building": land_building_case,
    "depreciation": depreciation_case,
    "signboard": signboard_case,
    "late_payment": late_payment_case,
    "instalments": instalments_case,
}


def _read(path: Path) -> list[Any]:
    try:
        written = path.read_bytes().decode("utf-8-sig")
        cases = json.loads(written, parse_float=_decimal, parse_int=_whole, parse_constant=Decimal)
    except OSError as trouble:
        raise SourceError("tax_cases.unreadable", path=str(path), reason=trouble.strerror or str(trouble)) from trouble
    except UnicodeDecodeError as trouble:
        raise SourceError("tax_cases.not_utf8", path=str(path)) from trouble
    except json.JSONDecodeError as trouble:
        raise SourceError("tax_cases.not_json", path=str(path), line=trouble.lineno) from trouble
    except RecursionError as trouble:
        raise SourceError("tax_cases.too_deep", path=str(path)) from trouble
    if not isinstance(cases, list):
        raise SourceError("tax_cases.not_a_list", path=str(path))
    return cases


def _decimal(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:
        return Decimal("NaN")


def _whole(written: str) -> int | Decimal:
    """Return a JSON whole number; one too long to be a sum of money stays a decimal, which is quick to refuse."""
    return int(written) if len(written) <= LONGEST else _decimal(written)
