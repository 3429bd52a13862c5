"""Explain an assessment step by step in Thai and English, each step with its rule and the section behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np

from donhan_gis.i18n import Language, catalogue, text
from donhan_gis.tax.assessment import Assessment
from donhan_gis.tax.bills import rounded
from donhan_gis.tax.brackets import rates, slices
from donhan_gis.tax.columns import CLASSES, EMPTY, FARM, KINDS, ROWS, SHARE_SCALE
from donhan_gis.tax.exact import LIMB, Exact
from donhan_gis.tax.rules import AREA, KEEP_SCALE, RATE_SCALE
from donhan_gis.thai import format_baht

PERCENT = 100
SHARES_KEPT = 20_000
_LIMB_DIGITS = len(str(LIMB)) - 1
_SHOWN_DIGITS = len(str(RATE_SCALE)) - 1
PORTION = ("value", "share", "tax")
EXEMPT_RULES = ("exempt.agriculture_natural", "exempt.main_home_land_building", "exempt.main_home_building_only")
Labels = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the working: text ``code`` with ``values``, the law's key ``rule`` and its ``source``."""

    code: str
    rule: str
    source: str
    values: dict[str, Any]

    def said(self, language: Language) -> str:
        """Return the step as a sentence."""
        names = {name: _name(value, language) for name, value in self.values.items()}
        return catalogue()[self.code][language].format_map(names)

    def as_dict(self) -> dict[str, Any]:
        """Return the step for machines: step, rule, section, values, and the sentence in both languages."""
        plain, thai, english = self.values, self.values, self.values
        for value in self.values.values():
            if isinstance(value, Term):
                terms = {name: term for name, term in self.values.items() if isinstance(term, Term)}
                plain, thai, english = (
                    plain | {name: getattr(term, part) for name, term in terms.items()} for part in ("code", "th", "en")
                )
                break
        said = catalogue()[self.code]
        return {
            "step": self.code.rpartition(".")[-1],
            "rule": self.rule,
            "section": self.source,
            "values": plain,
            "th": said["th"].format_map(thai),
            "en": said["en"].format_map(english),
        }

    def as_json(self) -> str:
        """Return `as_dict` as JSON, ten times as fast: all that steps of one kind share is written once."""
        kind = (self.code, self.rule, self.source)
        words = _worded.get(self.code)
        if words is None:
            words = _worded[self.code] = [name for name, value in self.values.items() if isinstance(value, Term)]
        if words:
            kind += tuple([self.values[name].code + self.values[name].th for name in words])
        form = _forms.get(kind)
        if form is None:
            form = _forms[kind] = _form_of(self)
        blanks = self.values
        for value in blanks.values():
            if type(value) is str and not _PLAIN(value):
                return form % {name: _bare(said) for name, said in blanks.items()}
        return form % blanks


_worded: dict[str, list[str]] = {}  # by code of a step: the values that are words
# The JSON of steps by their kind, with blanks; a year's law knows some hundred kinds.
_forms: dict[tuple[Any, ...], str] = {}
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*').fullmatch  # what JSON writes as it stands


def _form_of(step: Step) -> str:
    """Return the JSON of a step with ``%(name)s`` for the values that differ from step to step."""
    blanks = {name: value if isinstance(value, Term) else f"\x7f{name}\x7f" for name, value in step.values.items()}
    marked = Step(step.code, step.rule, step.source, blanks)
    form = json.dumps(marked.as_dict(), ensure_ascii=False, separators=(",", ":"))
    form = form.replace("%", "%%")
    for name, value in step.values.items():
        mark, blank = f"\x7f{name}\x7f", f"%({name})s"
        if not isinstance(value, str | Term):
            form = form.replace(f'"{mark}"', blank)  # a number stands without quotes among the values
        form = form.replace(mark, blank)
    return form


def _bare(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False)[1:-1] if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Term:
    """A word that differs by language: a text code, or a law value's own titles."""

    code: str
    th: str
    en: str


def _name(value: Any, language: Language) -> Any:
    if not isinstance(value, Term):
        return value
    return value.th if language == "th" else value.en


@cache
def _word(kind: str, name: str) -> Term:
    code = f"tax.{kind}.{name}"
    return Term(name, text(code, "th"), text(code, "en"))


def percent_text(share: Fraction) -> str:
    """Return a share as percent without needless noughts.

    >>> percent_text(Fraction(1, 10_000))
    '0.01'
    """
    scaled = share * PERCENT
    digits = f"{scaled.numerator * RATE_SCALE // scaled.denominator:d}"
    width = len(str(RATE_SCALE)) - 1
    digits = digits.zfill(width + 1)
    whole, decimals = digits[:-width], digits[-width:].rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


@lru_cache(maxsize=SHARES_KEPT)  # a town's shares have two decimals of a percent, its rates are few
def _percent_of(number: int, scale: int) -> str:
    return percent_text(Fraction(number, scale))


def exact_baht(satang: Fraction) -> str:
    """Return money in baht with every decimal it has, at least two: nothing is rounded on the way.

    >>> exact_baht(Fraction(24373155, 10)), exact_baht(Fraction(100))
    ('24,373.155', '1.00')
    """
    whole, rest = divmod(satang, 1)
    digits = f"{rest.numerator * RATE_SCALE // rest.denominator:d}".zfill(len(str(RATE_SCALE)) - 1).rstrip("0")
    return format_baht(whole) + digits


def explain(result: Assessment, taxpayer: int, label: Labels) -> list[Step]:
    """Return the whole working of a taxpayer's bill; ``label`` turns an object row into the name people know."""
    return Working(result, label).of_taxpayer(taxpayer)


class Working:
    """The working of an assessment, base by base; columns that every step looks into are made lists once."""

    def __init__(self, result: Assessment, label: Labels) -> None:
        self.result = result
        self.label = label
        rules, bases, parts, split = result.rules, result.bases, result.parts, result.parts.split
        self._law, self._rates = rules.law, dict[tuple[int, int], list[int]]()
        self._sources: dict[str, tuple[str, str]] = {}
        self._first = parts.base.searchsorted(np.arange(len(bases.row) + 1)).tolist()
        self._rows = bases.row.tolist()
        self._owners = bases.taxpayer
        self._value, self._exempt = _Amounts(bases.value), _Amounts(result.exempt)
        self._taxable, self._tax = _Amounts(result.taxable), _Amounts(result.tax)
        self._sliced = slices(result.taxable.whole, bases.row, rules).tolist()
        self._steps, self._keep = split.step.tolist(), parts.keep.tolist()
        self._parts = list(
            zip(
                split.object.tolist(),
                result.town.objects.kind[split.object].tolist(),
                split.use_class.tolist(),
                split.share.tolist(),
                split.floor_share.tolist(),
                result.lines.value.tolist(),
                strict=True,
            )
        )
        whole_farms = rules.law.flag(AREA + "exempt.agriculture_natural_whole")
        self._farm_rule = "exempt.agriculture_natural_whole" if whole_farms else EXEMPT_RULES[FARM]

    def of_taxpayer(self, taxpayer: int) -> list[Step]:
        """Return the working of a bill: of all its bases, section 97 where it was looked at, the rounding."""
        first, last = np.searchsorted(self._owners, [taxpayer, taxpayer + 1]).tolist()
        steps = [step for base in range(first, last) for step in self.of_base(base)]
        tax = format_baht(int(self.result.bill[taxpayer]))
        return [*steps, *self.of_bill(taxpayer), self._step("bill", "setting.rounding", {"tax": tax})]

    def of_bill(self, taxpayer: int) -> list[Step]:
        """Return what section 97 does to the sum of a taxpayer's bases; nothing where it was not looked at."""
        result = self.result
        if taxpayer not in result.before_s97:
            return []
        old = int(result.town.taxpayers.tax_2562_satang[taxpayer])
        new = format_baht(rounded(result.before_s97[taxpayer], result.rules))
        share = percent_text(result.rules.s97_share)
        return [self._step("s97", "s97.share_of_excess", {"old": format_baht(old), "new": new, "share": share})]

    def of_base(self, base: int) -> list[Step]:
        """Return the working of one base: values of its parts, exemption, slices, additions, cuts, tax."""
        parts = range(self._first[base], self._first[base + 1])
        row = self._rows[base]
        steps = [self._value_step(part) for part in parts]
        steps.append(self._step("base", f"rate.{ROWS[row]}", {"row": self._row(row), "value": self._value.baht(base)}))
        if self._exempt.positive(base):
            rule = self._farm_rule if row == FARM else EXEMPT_RULES[row]
            values = {"value": self._exempt.baht(base), "left": self._taxable.baht(base)}
            steps.append(self._step("exempt", rule, values))
        if self._taxable.positive(base):
            self._add_rates(steps, base, row, parts)
        return steps

    def _row(self, row: int) -> Term:
        law = self._law.value(f"{AREA}rate.{ROWS[row]}")
        return Term(ROWS[row], law.th, law.en)

    def _value_step(self, part: int) -> Step:
        number, kind, use, share, floor, value = self._parts[part]
        values: dict[str, Any] = {
            "what": _word("kind", KINDS[kind]),
            "id": self.label(number),
            "use": _word("use", CLASSES[use]),
            "share": _percent_of(share, SHARE_SCALE),
            "value": format_baht(value),
        }
        if floor == SHARE_SCALE:
            return self._step("value", "mixed.percent_decimals", values)
        return self._step("follow", "mixed.percent_decimals", values | {"floor": _percent_of(floor, SHARE_SCALE)})

    def _add_rates(self, steps: list[Step], base: int, row: int, parts: range) -> None:
        """Add slices, additions and cuts, once for each different addition and cut in the base, and the tax."""
        rule = f"rate.{ROWS[row]}"
        for step in sorted({self._steps[part] for part in parts}):
            for amount, rate in zip(self._sliced[base], self._rate(row, step), strict=True):
                if amount:
                    whole, rest = divmod(amount * rate, RATE_SCALE)
                    tax = format_baht(whole) + f"{rest:0{_SHOWN_DIGITS}d}".rstrip("0")
                    values = {"value": format_baht(amount), "rate": _percent_of(rate, RATE_SCALE), "tax": tax}
                    steps.append(self._step("slice", rule, values))
            if step and row == EMPTY:
                points = _percent_of(self.result.rules.step_rate * step, RATE_SCALE)
                steps.append(self._step("step", "vacant.step_points", {"points": points, "steps": step}))
            if base in self.result.mixed:
                self._add_portions(steps, base, rule, [part for part in parts if self._steps[part] == step])
        if base not in self.result.mixed:
            self._add_cuts(steps, parts)
        mixed = self.result.mixed.get(base)
        tax = self._tax.baht(base) if mixed is None else exact_baht(mixed)
        steps.append(self._step("base_tax", rule, {"tax": tax}))

    def _add_portions(self, steps: list[Step], base: int, rule: str, parts: Sequence[int]) -> None:
        """Add, for each cut among parts of one addition, the share of the tax above that they bear."""
        for keep in sorted({self._keep[part] for part in parts}, reverse=True):
            alike = [part for part in parts if self._keep[part] == keep]
            borne = [self.result.portions[part] for part in alike]
            value, share, tax = (sum((getattr(one, name) for one in borne), Fraction(0)) for name in PORTION)
            values = {"value": exact_baht(value), "whole": self._taxable.baht(base), "tax": exact_baht(share)}
            steps.append(self._step("portion", rule, values))
            if keep != KEEP_SCALE:
                self._add_cuts(steps, alike)
                steps.append(self._step("portion_cut", rule, {"tax": exact_baht(tax)}))

    def _rate(self, row: int, step: int) -> list[int]:
        if (row, step) not in self._rates:
            raised = rates(np.array([row]), np.array([step]), self.result.rules)
            self._rates[row, step] = raised[0].tolist()
        return self._rates[row, step]

    def _add_cuts(self, steps: list[Step], parts: Sequence[int]) -> None:
        result = self.result
        rules, split = result.rules, result.parts.split
        first = {self._keep[part]: part for part in reversed(parts)}
        for keep, part in sorted(first.items()):
            if keep == KEEP_SCALE:
                continue
            relief = int(result.town.objects.relief[split.object[part]])
            with_relief = relief >= 0 and bool(rules.cut_rows[relief, split.row[part]])
            rule = f"class_cut.{rules.reliefs[relief]}" if with_relief else "general_cut"
            steps.append(self._step("cut", rule, {"keep": _percent_of(keep, KEEP_SCALE)}))

    def _step(self, code: str, rule: str, values: dict[str, Any]) -> Step:
        if rule not in self._sources:
            self._sources[rule] = (AREA + rule, self._law.value(AREA + rule).source)
        return Step(f"tax.trace.{code}", *self._sources[rule], values)


class _Amounts:
    """A column of exact amounts as lists."""

    def __init__(self, amount: Exact) -> None:
        self._whole, self._high, self._low = (limb.tolist() for limb in (amount.whole, amount.high, amount.low))

    def baht(self, row: int) -> str:
        """Return the amount as `exact_baht` writes it, without making a fraction of it."""
        high = self._high[row]
        decimals = f"{high:0{_LIMB_DIGITS}d}"[:_SHOWN_DIGITS].rstrip("0") if high else ""
        return format_baht(self._whole[row]) + decimals

    def positive(self, row: int) -> bool:
        """Tell whether the amount is above zero."""
        return bool(self._whole[row] > 0 or self._high[row] or self._low[row])
