"""Read values out of a JSON case, each with its path, so that an error names the field at fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from donhan_gis.errors import InvalidInput

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST = 40  # characters of a number: no area or sum of money needs more


def fault(code: str, path: str, **values: Any) -> InvalidInput:
    """Return the error ``tax_cases.<code>`` at a path."""
    return InvalidInput(f"tax_cases.{code}", field=path, at=path, **values)


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a case with its path, such as ``parcels[0].owner``."""

    value: Any
    path: str = ""

    def get(self, name: str) -> Node | None:
        """Return a member, or None where it is absent or null.

        Raises:
            InvalidInput: this is not an object.
        """
        if not isinstance(self.value, dict):
            raise fault("want_object", self.path)
        found = self.value.get(name)
        return None if found is None else Node(found, f"{self.path}.{name}" if self.path else name)

    def need(self, name: str) -> Node:
        """Return a member.

        Raises:
            InvalidInput: it is absent or null, or this is not an object.
        """
        found = self.get(name)
        if found is None:
            raise fault("missing", f"{self.path}.{name}" if self.path else name)
        return found

    def items(self) -> list[Node]:
        """Return the entries of a list.

        Raises:
            InvalidInput: this is not a list.
        """
        if not isinstance(self.value, list):
            raise fault("want_list", self.path)
        return [Node(value, f"{self.path}[{place}]") for place, value in enumerate(self.value)]

    def each(self, name: str) -> list[Node]:
        """Return the entries of a member list; an absent one is empty."""
        found = self.get(name)
        return found.items() if found else []

    def text(self) -> str:
        """Return a text that is not blank; a whole number, which other programs write for an id, is its digits.

        Raises:
            InvalidInput: this is neither.
        """
        written = str(self.value) if type(self.value) is int else self.value
        if not isinstance(written, str) or not written.strip():
            raise fault("want_text", self.path)
        return written

    def one_of(self, allowed: Iterable[str]) -> str:
        """Return a text out of a closed list.

        Raises:
            InvalidInput: it is another one.
        """
        written, choices = self.text(), list(allowed)
        if written not in choices:
            raise fault("unknown", self.path, value=written[:LONGEST], allowed=", ".join(choices))
        return written

    def whole(self) -> int:
        """Return a whole number that is not negative, written as text or as a JSON number.

        Raises:
            InvalidInput: this is no whole number, or a negative one.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | Decimal):
            raise fault("want_whole", self.path)
        number = self.decimal()
        if number.denominator != 1:
            raise fault("want_whole", self.path)
        return number.numerator

    def decimal(self) -> Fraction:
        """Return a decimal number, written as text or as a JSON number, that is not negative.

        Raises:
            InvalidInput: it is no number, negative, endless or too long.
        """
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | Decimal):
            raise fault("want_decimal", self.path)
        written = self._written()
        if not NUMBER.fullmatch(written):
            raise fault("bad_number", self.path, value=written)
        if written.startswith("-") and Fraction(written) < 0:
            raise fault("negative", self.path, value=written)
        return Fraction(written)

    def _written(self) -> str:
        """Return the number as plain digits."""
        number = self.value
        if isinstance(number, Decimal):
            plain = not number.is_finite() or -LONGEST < int(number.as_tuple().exponent) <= number.adjusted() < LONGEST
            written = format(number, "f") if plain else "9" * (LONGEST + 1)
        else:
            written = str(number)
        if len(written) > LONGEST:
            raise fault("too_large", self.path, value=str(number)[:LONGEST] + "…")
        return written

    def date(self) -> date:
        """Return a day written as yyyy-mm-dd (C.E.).

        Raises:
            InvalidInput: this is no such day.
        """
        try:
            if not isinstance(self.value, str) or not DAY.fullmatch(self.value):
                raise ValueError
            return date.fromisoformat(self.value)
        except ValueError:
            raise fault("want_date", self.path) from None

    def flag(self) -> bool:
        """Return true or false.

        Raises:
            InvalidInput: this is neither.
        """
        if not isinstance(self.value, bool):
            raise fault("want_flag", self.path)
        return self.value


def unique(nodes: Iterable[Node], name: str) -> dict[str, int]:
    """Return the place of each node by its id.

    Raises:
        InvalidInput: an id is missing or stands twice.
    """
    places: dict[str, int] = {}
    for node in nodes:
        found = node.need(name)
        if found.text() in places:
            raise fault("duplicate", found.path, value=found.text())
        places[found.text()] = len(places)
    return places


def counted(node: Node, number: Fraction, per: int, limit: int) -> int:
    """Return a number counted in 1/per.

    Raises:
        InvalidInput: it is finer than that, or above the limit.
    """
    scaled = number * per
    if scaled.denominator != 1:
        raise fault("too_fine", node.path, value=node.value)
    if scaled > limit:
        raise fault("too_large", node.path, value=node.value)
    return scaled.numerator
