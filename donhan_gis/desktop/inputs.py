"""One input for each kind of field. They keep what was typed, also when it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from donhan_gis import thai
from donhan_gis.desktop.theme import label
from donhan_gis.field import NUMBERS, Choice, Field, Kind, parse, show
from donhan_gis.i18n import Language, text

_TEXT_LINES_PX = 92
_NUMBER_WIDTH_PX = (110, 190)


@dataclass(frozen=True, slots=True)
class Lookups:
    """What inputs ask of the world: codes of a field, rows by search words, a row's label, and opening a row."""

    language: Language
    choices_of: Callable[[Field], Sequence[Choice]]
    find: Callable[[str, str], list[tuple[str, str]]]
    title: Callable[[str, str], str]
    open_row: Callable[[str, str], None] | None = None


class Input(QWidget):
    """The base: a field, a change signal, a value in storage form, and the widget that turns red."""

    changed = Signal()

    def __init__(self, field: Field, lookups: Lookups, edit: QWidget) -> None:
        super().__init__()
        self.field = field
        self.lookups = lookups
        self.edit = edit
        edit.setAccessibleName(field.title(lookups.language))
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(6)
        self.row.addWidget(edit, 1)
        self.setFocusProxy(edit)
        self._kept: Any = None

    def value(self) -> Any:
        """Return the value in storage form; an input that lets nothing be typed returns what it was given.

        Raises:
            ValueError: what was typed is not of the field's kind.
        """
        return self._kept

    def written(self) -> str:
        """Return what was typed, where it is typed."""
        return ""

    def set_value(self, value: Any) -> None:
        """Show a stored value."""
        self._kept = value

    def set_readonly(self, readonly: bool) -> None:
        """Let the user read only."""
        self.edit.setEnabled(not readonly)

    def mark(self, wrong: bool) -> None:
        """Turn red, or back."""
        self.edit.setProperty("wrong", wrong)
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)

    def _button(self, title: str, action: Callable[[], None]) -> QPushButton:
        button = QPushButton(title)
        button.clicked.connect(lambda _checked: action())
        self.row.addWidget(button)
        return button


class LineInput(Input):
    """Text, numbers, money and times on one line, with the unit behind."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        self.line = QLineEdit()
        super().__init__(field, lookups, self.line)
        unit = field.unit_name(lookups.language)
        if field.kind is Kind.MONEY and not unit:
            unit = text("app.form.baht", lookups.language)
        if field.kind in NUMBERS:
            self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
            self.line.setMinimumWidth(_NUMBER_WIDTH_PX[0])
            self.line.setMaximumWidth(_NUMBER_WIDTH_PX[1])
            self.row.addStretch(1)
        self._is_area = field.kind is Kind.DECIMAL and field.name.endswith("_sqwah")
        self._unit = label(unit, "muted")
        self.row.insertWidget(1, self._unit)
        self._unit.setVisible(bool(unit) or self._is_area)
        self.line.textChanged.connect(self._on_typed)

    def _on_typed(self) -> None:
        if self._is_area:
            self._show_area()
        self.changed.emit()

    def _show_area(self) -> None:
        """Say how many rai, ngan and square wah the number is."""
        language = self.lookups.language
        unit = self.field.unit_name(language)
        try:
            area = f"{unit} = {thai.format_area(self._area())} {text('app.form.rai', language)}"
        except (ValueError, ArithmeticError):
            area = unit
        self._unit.setText(area)

    def _area(self) -> Any:
        return thai.parse_area(self.line.text())

    def value(self) -> Any:  # noqa: D102
        if self.line.isReadOnly():
            return self._kept  # what is only shown, rounded, is not read back
        if self._is_area and "-" in self.line.text().strip()[1:]:
            return float(self._area())
        return parse(self.field, self.line.text())

    def written(self) -> str:  # noqa: D102
        return self.line.text()

    def set_value(self, value: Any) -> None:  # noqa: D102
        self._kept = value
        if self.field.kind is Kind.DECIMAL and value is not None and not self.line.isReadOnly():
            self.line.setText(f"{value:,}")
        elif self.field.kind in (Kind.DATE, Kind.DATETIME, Kind.BOOL) or self.field.kind in NUMBERS:
            self.line.setText(show(self.field, value, self.lookups.language))
        else:
            self.line.setText("" if value is None else str(value))
        self.line.setCursorPosition(0)

    def set_readonly(self, readonly: bool) -> None:  # noqa: D102
        self.line.setReadOnly(readonly)


class LongTextInput(Input):
    """Several lines."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        self.box = QPlainTextEdit(tabChangesFocus=True)
        self.box.setFixedHeight(_TEXT_LINES_PX)
        super().__init__(field, lookups, self.box)
        self.box.textChanged.connect(self.changed)

    def value(self) -> Any:  # noqa: D102
        return parse(self.field, self.box.toPlainText())

    def set_value(self, value: Any) -> None:  # noqa: D102
        self.box.setPlainText("" if value is None else str(value))

    def set_readonly(self, readonly: bool) -> None:  # noqa: D102
        self.box.setReadOnly(readonly)


class BoolInput(Input):
    """Yes or no; a value that is not known stays so until the box is touched."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        self.box = QCheckBox()
        self._known = False
        super().__init__(field, lookups, self.box)
        self.box.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        self._known = True
        self.changed.emit()

    def value(self) -> Any:  # noqa: D102
        return int(self.box.isChecked()) if self._known else None

    def set_value(self, value: Any) -> None:  # noqa: D102
        self._known = value is not None
        self.box.setChecked(bool(value))


class _NoWheel(QObject):
    """Keeps the wheel from changing a drop-down while the form is scrolled."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


class ChoiceInput(Input):
    """One code of a list, by its label; a code that is not in the list stays, and is shown as it is."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.combo.installEventFilter(_NoWheel(self.combo))
        super().__init__(field, lookups, self.combo)
        self.combo.addItem("", None)
        for choice in lookups.choices_of(field):
            self.combo.addItem(choice.title(lookups.language), choice.code)
        self.combo.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def value(self) -> Any:  # noqa: D102
        return self.combo.currentData()

    def set_value(self, value: Any) -> None:  # noqa: D102
        code = None if value in (None, "") else str(value)
        if self.combo.findData(code) < 0:
            self.combo.addItem(str(code), code)
        self.combo.setCurrentIndex(self.combo.findData(code))


class ChoicesInput(Input):
    """Several codes of a list, kept as text with commas between."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        self.box = QListWidget()
        self.box.setFixedHeight(_TEXT_LINES_PX)
        super().__init__(field, lookups, self.box)
        for choice in lookups.choices_of(field):
            item = QListWidgetItem(choice.title(lookups.language), self.box)
            item.setData(Qt.ItemDataRole.UserRole, choice.code)
            item.setCheckState(Qt.CheckState.Unchecked)
        self.box.itemChanged.connect(lambda _item: self.changed.emit())

    def _items(self) -> list[QListWidgetItem]:
        return [self.box.item(row) for row in range(self.box.count())]

    def value(self) -> Any:  # noqa: D102
        checked = (item for item in self._items() if item.checkState() == Qt.CheckState.Checked)
        return ",".join(item.data(Qt.ItemDataRole.UserRole) for item in checked) or None

    def set_value(self, value: Any) -> None:  # noqa: D102
        codes = set(str(value or "").split(","))
        for item in self._items():
            checked = item.data(Qt.ItemDataRole.UserRole) in codes
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)


class FileInput(LineInput):
    """A path, typed or picked, of a file to read or to write."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        super().__init__(field, lookups)
        self._browse = self._button(text("app.form.browse", lookups.language), self._pick)

    def _pick(self) -> None:
        title = self.field.title(self.lookups.language)
        if self.field.writes == "/":
            path = QFileDialog.getExistingDirectory(self, title, self.line.text())
        elif self.field.writes:
            endings = self.field.writes.split()
            shown = " ".join(f"*{ending}" for ending in endings)
            path, _ = QFileDialog.getSaveFileName(self, title, self.line.text(), shown)
            path = path if not path or path.lower().endswith(tuple(endings)) else path + endings[0]
        else:
            path, _ = QFileDialog.getOpenFileName(self, title, self.line.text())
        if path:
            self.line.setText(path)

    def set_readonly(self, readonly: bool) -> None:  # noqa: D102
        super().set_readonly(readonly)
        self._browse.setVisible(not readonly)
