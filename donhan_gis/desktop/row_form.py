"""The form of one row: edit, validate, save, and keep what was typed when saving fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from donhan_gis.desktop import messages
from donhan_gis.desktop.children import ChildRows
from donhan_gis.desktop.conflict import KEEP_MINE, TAKE_THEIRS, ask_conflict
from donhan_gis.desktop.form import FieldsForm
from donhan_gis.desktop.history_view import HistoryView
from donhan_gis.desktop.inputs import Lookups
from donhan_gis.desktop.register_list import delete_row
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import label
from donhan_gis.errors import Conflict, DonhanError, InvalidInput
from donhan_gis.field import Field, Problem, parse
from donhan_gis.register import Register, Titled
from donhan_gis.store.rules import row_problems

Values = dict[str, Any]


class RowForm(QWidget):
    """A row of a register; an empty uid is a new row. ``given`` are values that a new row starts with."""

    saved = Signal(str)
    closed = Signal()

    def __init__(self, session: Session, register: Register, uid: str, given: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.session = session
        self.register = register
        self.uid = uid
        self.row: Values = {}
        self._shown: Values = {}
        self._given = dict(given or {})
        self.dirty = False
        self._fixed = not register.by_hand or (register.append_only and bool(uid))
        self.form = FieldsForm(self._fields(), self._sections(), self._lookups())
        self._lay_out()
        self.form.changed.connect(self._on_changed)
        self.load()

    def _lookups(self) -> Lookups:
        session = self.session
        return Lookups(
            session.language, session.choices_of, session.store.titles, session.title, session.row_wanted.emit
        )

    def _sections(self) -> tuple[Titled, ...]:
        th, en = (self.session.t("app.form.computed") for _ in range(2))
        own = self.register.sections or (Titled("general", self.session.t("app.form.general"), "General"),)
        return (*own, Titled("computed", th, en)) if self.register.computed and self.uid else own

    def _fields(self) -> list[Field]:
        """Return the fields, locked where the row may not be edited, and the computed values behind them."""
        first = self.register.sections[0].id if self.register.sections else "general"
        fields = [
            replace(field, readonly=field.readonly or self._fixed, section=field.section or first)
            for field in self.register.fields
        ]
        if self.uid:
            fields += [replace(computed.as_field(), section="computed") for computed in self.register.computed]
        return fields

    def _lay_out(self) -> None:
        t = self.session.t
        self.heading = label("", "heading", wrap=True)
        self.banner = label("", "banner", wrap=True)
        self.advice = label("", "advice", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 2, 12, 12)
        layout.setSpacing(8)
        for widget in (self.heading, self.banner, self.advice):
            layout.addWidget(widget)
        layout.addWidget(self.form, 1)
        self.save_button = QPushButton(t("app.form.save"))
        self.save_button.setProperty("role", "primary")
        self.save_button.clicked.connect(lambda _checked: self.save())
        self.undo_button = QPushButton(t("app.form.undo"))
        self.undo_button.clicked.connect(lambda _checked: self.load())
        self._delete = QPushButton(t("app.list.delete"))
        self._delete.setProperty("role", "danger")
        self._delete.clicked.connect(lambda _checked: self._remove())
        self._map = QPushButton(t("app.list.map"))
        self._map.clicked.connect(lambda _checked: self.session.map_wanted.emit(self.register.name, self.uid))
        buttons = QHBoxLayout()
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.undo_button)
        buttons.addStretch(1)
        buttons.addWidget(self._map)
        buttons.addWidget(self._delete)
        layout.addLayout(buttons)
        QShortcut(QKeySequence.StandardKey.Save, self, self.save)

    def load(self) -> None:
        """Show the row as it is in the project, or a new row with its first values."""
        if self.uid:
            self.row = self.session.store.get(self.register.name, self.uid)
            self.form.set_values(self.row)
            self.heading.setText(self.session.title(self.register.name, self.uid))
            self._add_related()
        else:
            self.row = {}
            self.form.set_values({**_first_values(self.register), **self._given})
            self.heading.setText(self.session.t("app.form.new_row"))
        self._shown, _unread = self.form.values()
        self.banner.setVisible(False)
        self._set_dirty(False)
        self._apply_conditions()
        self._advise()

    def _add_related(self) -> None:
        """Put tabs of the rows that belong to this one, and of its history, behind the form's own."""
        current = self.form.currentIndex()
        for index in reversed(range(self.form.count())):
            if isinstance(self.form.widget(index), ChildRows | HistoryView):
                self.form.removeTab(index)
        language = self.session.language
        for child in self.register.children:
            title = child.th if language == "th" else child.en
            rows = ChildRows(self.session, self.session.registers[child.register], child.via, self.uid)
            self.form.addTab(rows, f"{title} ({rows.count:,})")
        if not self.register.result:
            self.form.addTab(HistoryView(self.session, self.register, self.uid), self.session.t("app.form.history"))
        self.form.tabBar().setVisible(self.form.count() > 1)
        self.form.setCurrentIndex(min(current, self.form.count() - 1))

    def _on_changed(self) -> None:
        self._set_dirty(True)
        self._apply_conditions()

    def _set_dirty(self, dirty: bool) -> None:
        self.dirty = dirty
        self.save_button.setEnabled(dirty or not self.uid)
        self.undo_button.setEnabled(dirty)
        self.save_button.setVisible(not self._fixed)
        self.undo_button.setVisible(not self._fixed)
        self._delete.setVisible(bool(self.uid) and not self.register.append_only and self.register.by_hand)
        self._map.setVisible(self.row.get("geom") is not None)

    def _entered(self) -> tuple[Values, list[Problem]]:
        """Return the row as it would be stored, and what could not be read."""
        values, unread = self.form.values()
        stored = {name: values.get(name) for name in self.register.columns if name in values}
        kept = {name: self.row.get(name) for name in self.register.columns if name not in stored}
        return {**kept, **stored}, unread

    def _apply_conditions(self) -> None:
        if not any(field.only for field in self.register.fields):
            return
        values, _unread = self._entered()
        names = self.session.applying(self.register, values)
        self.form.set_applying([*names, *(computed.name for computed in self.register.computed)])

    def _advise(self) -> None:
        """Show the rules that the row leaves open and that do not hinder saving."""
        values, _unread = self._entered()
        found = row_problems(self.session.registers, self.register, values) if self.uid else []
        advice = [p.text(self.session.language) for p in found if p.code == "rule.warning"]
        self.advice.setText("\n".join(f"• {sentence}" for sentence in advice))
        self.advice.setVisible(bool(advice))

    def _problems(self, values: Values, unread: list[Problem]) -> list[Problem]:
        found = row_problems(self.session.registers, self.register, values)
        number = self.register.number.field if self.register.number and not self.uid else ""
        named = {problem.field for problem in unread}
        # A code left empty is given when the row is stored; what cannot be read is said once, and no rule is asked.
        hidden = {"rule.warning", "rule.error"} if unread else {"rule.warning"}
        wrong = [p for p in found if p.code not in hidden and p.field not in named]
        return unread + [p for p in wrong if not (p.field == number and p.code == "field.required")]

    def save(self) -> bool:
        """Write what was changed; when that cannot be, mark why and keep everything on the screen."""
        values, unread = self._entered()
        if problems := self._problems(values, unread):
            self._complain(self.form.mark(problems), len(problems))
            return False
        try:
            self._write(values)
        except Conflict as error:
            return self._settle(error, values)
        except InvalidInput as error:
            self._refused(error)
            return False
        except DonhanError as error:
            messages.show_error(self.window(), error, self.session.language)
            return False
        self._after_saving()
        return True

    def _changes(self, values: Values) -> Values:
        return {name: value for name, value in values.items() if value != self._shown.get(name)}

    def _write(self, values: Values) -> None:
        if not self.uid:
            self.uid = self.session.store.insert(self.register.name, [{k: v for k, v in values.items() if v != ""}])[0]
        elif changes := self._changes(values):
            self.session.store.update(self.register.name, self.uid, changes, rev=self.row["rev"])

    def _after_saving(self) -> None:
        self._set_dirty(False)
        self.saved.emit(self.uid)
        self.session.changed.emit(self.register.name)

    def _complain(self, of_no_field: list[Problem], count: int) -> None:
        sentences = [self.session.t("app.form.problems", count=count)]
        sentences += [f"• {problem.text(self.session.language)}" for problem in of_no_field]
        self.banner.setText("\n".join(sentences))
        self.banner.setVisible(True)

    def _refused(self, error: InvalidInput) -> None:
        if error.field in self.form.inputs:
            title = self.register.field(error.field)
            values = {"message": {"th": error.th, "en": error.en}, "title": {"th": title.th, "en": title.en}}
            self._complain(self.form.mark([Problem(error.field, "rule.error", values)]), 1)
        else:
            messages.show_error(self.window(), error, self.session.language)

    def _settle(self, error: Conflict, values: Values) -> bool:
        """Let the user choose when somebody else changed the row, or other rows forbid the change."""
        found = self.session.store.rows(self.register.name, "uid = ?", [self.uid])
        if not found or found[0]["rev"] == self.row["rev"]:
            messages.show_error(self.window(), error, self.session.language)
            return False
        changes = self._changes(values)
        answer = ask_conflict(self, self.session, self.register, changes, found[0], error)
        if answer == TAKE_THEIRS:
            self.load()
        elif answer == KEEP_MINE:
            self.row["rev"] = found[0]["rev"]
            return self.save()
        return False

    def _remove(self) -> None:
        if delete_row(self, self.session, self.register.name, self.uid):
            self.dirty = False
            self.closed.emit()

    def may_close(self) -> bool:
        """Ask what to do with changes that are not saved, and say whether the form may go."""
        if not self.dirty:
            return True
        question = self.session.t("app.form.unsaved", title=self.heading.text())
        answers = ("app.form.save", "app.form.discard", "app.form.keep_editing")
        answer = messages.ask(self.window(), self.session.language, question, answers)
        return self.save() if answer == 0 else answer == 1


def _first_values(register: Register) -> Values:
    """Return the declared defaults of a new row in storage form."""
    values: Values = {}
    for field in register.fields:
        if field.default == "today()":
            values[field.name] = date.today().isoformat()
        elif isinstance(field.default, str):
            values[field.name] = parse(field, field.default)
        elif field.default is not None:
            values[field.name] = int(field.default) if isinstance(field.default, bool) else field.default
    return values
