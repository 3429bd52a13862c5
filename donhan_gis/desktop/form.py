"""One form for declared fields: rows of registers and parameters of tasks alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QTabWidget, QWidget

from donhan_gis.desktop.date_input import DateInput
from donhan_gis.desktop.inputs import (
    BoolInput,
    ChoiceInput,
    ChoicesInput,
    FileInput,
    Input,
    LineInput,
    LongTextInput,
    Lookups,
)
from donhan_gis.desktop.reference_input import ReferenceInput, SuggestInput
from donhan_gis.desktop.theme import label
from donhan_gis.field import Field, Kind, Problem
from donhan_gis.register import Titled

_INPUTS: Mapping[Kind, Callable[[Field, Lookups], Input]] = {
    Kind.LONGTEXT: LongTextInput,
    Kind.BOOL: BoolInput,
    Kind.CHOICE: ChoiceInput,
    Kind.CHOICES: ChoicesInput,
    Kind.DATE: DateInput,
    Kind.REF: ReferenceInput,
    Kind.FILE: FileInput,
    Kind.PHOTO: FileInput,
}
_LABEL_WIDTH_PX = 140  # of a row, whose form is narrow
_ROW_GAP_PX = 3


def _input_of(field: Field) -> Callable[[Field, Lookups], Input]:
    suggests = field.kind is Kind.TEXT and bool(field.to)
    return SuggestInput if suggests else _INPUTS.get(field.kind, LineInput)


class FieldsForm(QTabWidget):
    """Inputs by field, on a tab for each section; further tabs may be added behind them."""

    changed = Signal()

    def __init__(
        self,
        fields: Sequence[Field],
        sections: Sequence[Titled],
        lookups: Lookups,
        *,
        caption_px: int = _LABEL_WIDTH_PX,
    ) -> None:
        super().__init__()
        self._caption_px = caption_px
        self.lookups = lookups
        self.inputs: dict[str, Input] = {}
        self._captions: dict[str, QLabel] = {}
        self._problems: dict[str, QLabel] = {}
        self._advice: dict[str, QLabel] = {}
        self._loading = False
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)
        for section in sections or (Titled("", "", ""),):
            inside = [field for field in fields if not field.retired and field.section in (section.id, "")]
            if inside:
                self.addTab(self._page(inside), section.title(lookups.language))
        self.tabBar().setVisible(self.count() > 1)

    def _page(self, fields: Iterable[Field]) -> QScrollArea:
        paper = QWidget()
        paper.setProperty("role", "paper")
        grid = QGridLayout(paper)
        grid.setContentsMargins(14, 14, 14, 14)
        grid.setVerticalSpacing(4)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        for field in fields:
            self._add(grid, field)
        grid.setRowStretch(grid.rowCount(), 1)
        page = QScrollArea(widgetResizable=True)
        page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page.setWidget(paper)
        return page

    def _add(self, grid: QGridLayout, field: Field) -> None:
        language = self.lookups.language
        made = _input_of(field)(field, self.lookups)
        made.set_readonly(field.readonly or field.kind is Kind.ANYREF)
        made.changed.connect(lambda: self._on_changed(field.name))
        caption = label(field.title(language) + (" *" if field.required else ""), wrap=True)
        caption.setFixedWidth(self._caption_px)
        caption.setContentsMargins(0, 5, 0, 0)
        caption.setBuddy(made)
        problem, advice = label("", "problem", wrap=True), label("", "small", wrap=True)
        advice.setText(field.help_th if language == "th" else field.help_en)
        made.setToolTip(advice.text())
        row = grid.rowCount()
        grid.addWidget(caption, row, 0, 3, 1, Qt.AlignmentFlag.AlignTop)
        for below, widget in enumerate((made, problem, advice)):
            grid.addWidget(widget, row + below, 1)
        problem.setVisible(False)
        advice.setVisible(bool(advice.text()))
        grid.setRowMinimumHeight(row + 3, _ROW_GAP_PX)
        self.inputs[field.name], self._problems[field.name] = made, problem
        self._captions[field.name], self._advice[field.name] = caption, advice

    def _on_changed(self, name: str) -> None:
        if self._loading:
            return
        self._mark_one(name, "")
        self.changed.emit()

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show stored values; fields left out become empty."""
        self._loading = True
        try:
            for name, made in self.inputs.items():
                made.set_value(values.get(name))
        finally:
            self._loading = False
        self.mark(())

    def values(self) -> tuple[dict[str, Any], list[Problem]]:
        """Return the values that can be read, and a problem for each one that cannot."""
        values: dict[str, Any] = {}
        unread = []
        for name, made in self.inputs.items():
            try:
                values[name] = made.value()
            except ValueError:
                title = {"th": made.field.th, "en": made.field.en}
                unread.append(Problem(name, "field.kind", {"title": title, "value": made.written()}))
        return values, unread

    def mark(self, problems: Iterable[Problem]) -> list[Problem]:
        """Mark the fields that are wrong, show the first of them, and return the problems of no field here."""
        by_name: dict[str, list[Problem]] = {}
        for problem in problems:
            by_name.setdefault(problem.field, []).append(problem)
        for name in self.inputs:
            self._mark_one(name, "\n".join(p.text(self.lookups.language) for p in by_name.get(name, ())))
        first = next((name for name in self.inputs if name in by_name), "")
        if first:
            self.show_field(first)
        return [problem for name, found in by_name.items() if name not in self.inputs for problem in found]

    def _mark_one(self, name: str, sentence: str) -> None:
        self.inputs[name].mark(bool(sentence))
        self._problems[name].setText(sentence)
        self._problems[name].setVisible(bool(sentence))

    def show_field(self, name: str) -> None:
        """Bring a field to the eye and put the cursor into it."""
        for area in self.findChildren(QScrollArea):
            if area.isAncestorOf(self.inputs[name]):
                self.setCurrentWidget(area)
                area.ensureWidgetVisible(self._problems[name])
        self.inputs[name].setFocus()

    def set_applying(self, names: Iterable[str]) -> None:
        """Show only the fields that apply to what is entered so far."""
        applying = set(names)
        for name, made in self.inputs.items():
            applies = name in applying
            made.setVisible(applies)
            self._captions[name].setVisible(applies)
            self._advice[name].setVisible(applies and bool(self._advice[name].text()))
            self._problems[name].setVisible(applies and bool(self._problems[name].text()))
