"""What every screen of an open project shares: the store, the language, row labels, and who wants what shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from donhan_gis.field import Choice, Field, Kind, show
from donhan_gis.i18n import Language, text
from donhan_gis.register import Register, Registers
from donhan_gis.store import Store


class Session(QObject):
    """An open project on the screen. Signals carry register names and row uids."""

    changed = Signal(str)  # rows of this register were written; empty: of any
    row_wanted = Signal(str, str)
    map_wanted = Signal(str, str)
    child_wanted = Signal(str, str, str)  # a new row of this register, whose column holds this uid

    def __init__(self, store: Store, language: Language) -> None:
        super().__init__()
        self.store = store
        self.language: Language = language
        self._titles: dict[tuple[str, str], str] = {}
        self.changed.connect(lambda _register: self._titles.clear())

    @property
    def registers(self) -> Registers:
        """The declared registers of the project."""
        return self.store.registers

    def t(self, code: str, **values: Any) -> str:
        """Return a text in the language of the screen."""
        return text(code, self.language, **values)

    def name_of(self, register: Register) -> str:
        """Return a register's name for lists of registers, where the word "register" need not be repeated."""
        return register.heading(self.language).removeprefix("ทะเบียน")

    def applying(self, register: Register, values: Mapping[str, Any]) -> list[str]:
        """Return the names of the fields that are meant for a row with these values, by their ``only`` conditions."""
        conditional = [field for field in register.fields if field.only]
        if not conditional:
            return list(register.columns)
        asked = ", ".join(f"({field.only}) AS {field.name}" for field in conditional)
        given = ", ".join(f"? AS {name}" for name in register.columns)
        sql = f"SELECT {asked} FROM (SELECT {given}) AS entered"
        answer = self.store.query(sql, [values.get(name) for name in register.columns])[0]
        return [name for name in register.columns if name not in answer or answer[name] in (None, 1, True)]

    def choices_of(self, field: Field) -> Sequence[Choice]:
        """Return the codes a field may hold."""
        return self.registers.choices_of(field)

    def shown(self, field: Field, value: Any) -> str:
        """Return a stored value as the user reads it, references by the other row's label."""
        if field.kind is Kind.REF and value:
            return self.title(field.to, value)
        return show(field, value, self.language, choices=self.choices_of(field))

    def titles(self, register: str, uids: Iterable[str]) -> dict[str, str]:
        """Return the labels of rows by uid, asking the store once for all that are not known yet."""
        wanted = {uid for uid in uids if uid}
        missing = [uid for uid in wanted if (register, uid) not in self._titles]
        if missing:
            found = self.store.titles_of(register, missing)
            self._titles |= {(register, uid): title for uid, title in found.items()}
        return {uid: self._titles.get((register, uid), uid) for uid in wanted}

    def title(self, register: str, uid: str) -> str:
        """Return the label of one row."""
        return self.titles(register, [uid]).get(uid, "")
