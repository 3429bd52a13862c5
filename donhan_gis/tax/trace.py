"""Explain an assessment step by step in Thai and English, each step with its rule and the section behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np

from donhan_gis.i18n import LANGUAGES, Language, catalogue, text
from donhan_gis.tax.assessment import Assessment
from donhan_gis.tax.bills import rounded
from donhan_gis.tax.brackets import rates, slices
from donhan_gis.tax.columns import CLASSES, EMPTY, FARM, KINDS, ROWS, SHARE_SCALE
from donhan_gis.tax.exact import LIMB, Exact, Ints
from donhan_gis.tax.rules import AREA, KEEP_SCALE, RATE_SCALE
from donhan_gis.thai import format_baht

PERCENT = 100
SHARES_KEPT = 20_000
_LIMB_DIGITS = len(str(LIMB)) - 1
_SHOWN_DIGITS = len(str(RATE_SCALE)) - 1
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
        values = self.values
        if any(isinstance(value, Term) for value in values.values()):
            values = {name: value.code if isinstance(value, Term) else value for name, value in values.items()}
        head = {"step": self.code.rpartition(".")[-1], "rule": self.rule, "section": self.source, "values": values}
        return head | {language: self.said(language) for language in LANGUAGES}


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
    steps = [step for base in _bases_of(result, taxpayer) for step in explain_base(result, base, label)]
    if taxpayer in result.before_s97:
        steps.append(_s97_step(result, taxpayer))
    return [*steps, _step(result, "bill", "setting.rounding", tax=format_baht(int(result.bill[taxpayer])))]


def _bases_of(result: Assessment, taxpayer: int) -> list[int]:
    first, last = np.searchsorted(result.bases.taxpayer, [taxpayer, taxpayer + 1]).tolist()
    return list(range(first, last))


def explain_base(result: Assessment, base: int, label: Labels) -> list[Step]:
    """Return the working of one base: values of its parts, exemption, slices, additions, cuts, tax."""
    first, last = result.parts.base.searchsorted((base, base + 1)).tolist()
    parts = np.arange(first, last)
    steps = [_value_step(result, part, label) for part in parts.tolist()]
    row = int(result.bases.row[base])
    rate_rule = f"rate.{ROWS[row]}"
    law = result.rules.law.value(AREA + rate_rule)
    title = Term(ROWS[row], law.th, law.en)
    steps.append(_step(result, "base", rate_rule, row=title, value=_baht(result.bases.value, base)))
    steps.extend(_exempt_steps(result, base))
    steps.extend(_rate_steps(result, base, parts))
    return steps


def _value_step(result: Assessment, part: int, label: Labels) -> Step:
    split, town = result.parts.split, result.town
    row = int(split.object[part])
    floor = int(split.floor_share[part])
    values: dict[str, Any] = {
        "what": _word("kind", KINDS[int(town.objects.kind[row])]),
        "id": label(row),
        "use": _word("use", CLASSES[int(split.use_class[part])]),
        "share": _percent_of(int(split.share[part]), SHARE_SCALE),
        "value": format_baht(int(result.lines.value[part])),
    }
    if floor == SHARE_SCALE:
        return _step(result, "value", "mixed.percent_decimals", **values)
    return _step(result, "follow", "mixed.percent_decimals", floor=_percent_of(floor, SHARE_SCALE), **values)


def _exempt_steps(result: Assessment, base: int) -> Iterator[Step]:
    if not _positive(result.exempt, base):
        return
    row = int(result.bases.row[base])
    rule = EXEMPT_RULES[row]
    whole = "exempt.agriculture_natural_whole"
    if row == FARM and result.rules.law.flag(AREA + whole):
        rule = whole
    yield _step(result, "exempt", rule, value=_baht(result.exempt, base), left=_baht(result.taxable, base))


def _rate_steps(result: Assessment, base: int, parts: Ints) -> Iterator[Step]:
    """Yield slices, additions and cuts, once for each different addition and cut in the base."""
    rules, row = result.rules, result.bases.row[base : base + 1]
    if not _positive(result.taxable, base):
        return
    sliced = slices(result.taxable.whole[base : base + 1], row, rules)[0]
    rule = f"rate.{ROWS[int(row[0])]}"
    for step in sorted(set(result.parts.split.step[parts].tolist())):
        for amount, rate in zip(sliced.tolist(), rates(row, np.array([step]), rules)[0].tolist(), strict=True):
            if amount:
                whole, rest = divmod(amount * rate, RATE_SCALE)
                tax = format_baht(whole) + f"{rest:0{_SHOWN_DIGITS}d}".rstrip("0")
                percent = _percent_of(rate, RATE_SCALE)
                yield _step(result, "slice", rule, value=format_baht(amount), rate=percent, tax=tax)
        if step and int(row[0]) == EMPTY:
            points = _percent_of(rules.step_rate * step, RATE_SCALE)
            yield _step(result, "step", "vacant.step_points", points=points, steps=step)
    yield from _cut_steps(result, parts)
    mixed = result.mixed.get(base)
    yield _step(result, "base_tax", rule, tax=_baht(result.tax, base) if mixed is None else exact_baht(mixed))


def _cut_steps(result: Assessment, parts: Ints) -> Iterator[Step]:
    rules, split = result.rules, result.parts.split
    for keep in sorted(set(result.parts.keep[parts].tolist())):
        if keep == KEEP_SCALE:
            continue
        part = int(parts[result.parts.keep[parts] == keep][0])
        relief = int(result.town.objects.relief[split.object[part]])
        with_relief = relief >= 0 and bool(rules.cut_rows[relief, split.row[part]])
        rule = f"class_cut.{rules.reliefs[relief]}" if with_relief else "general_cut"
        yield _step(result, "cut", rule, keep=_percent_of(keep, KEEP_SCALE))


def _s97_step(result: Assessment, taxpayer: int) -> Step:
    old = int(result.town.taxpayers.tax_2562_satang[taxpayer])
    share = percent_text(result.rules.s97_share)
    new = format_baht(rounded(result.before_s97[taxpayer], result.rules))
    return _step(result, "s97", "s97.share_of_excess", old=format_baht(old), new=new, share=share)


def _baht(amount: Exact, row: int) -> str:
    """Return the amount of a row as `exact_baht` writes it, without making a fraction of every decimal."""
    high = int(amount.high[row])
    decimals = f"{high:0{_LIMB_DIGITS}d}"[:_SHOWN_DIGITS].rstrip("0") if high else ""
    return format_baht(int(amount.whole[row])) + decimals


def _positive(amount: Exact, row: int) -> bool:
    return bool(amount.whole[row] > 0 or amount.high[row] or amount.low[row])


def _step(result: Assessment, code: str, rule: str, **values: Any) -> Step:
    return Step(f"tax.trace.{code}", AREA + rule, result.rules.law.value(AREA + rule).source, values)
