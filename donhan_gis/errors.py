"""Errors of the whole system: each one is a sentence in Thai and English saying what, where and what to do.

The sentences live in ``data/locale/*.toml`` under the error's code, so that an officer can read them and a
translator can mend them without touching code.
"""

from __future__ import annotations

from typing import Any

from donhan_gis.i18n import Language, text


class DonhanError(Exception):
    """Report a fault to a person. ``code`` names the sentence, ``values`` fill it, ``field`` names the input at fault.

    >>> DonhanError("cancelled").text("en")
    'Stopped by the user; nothing was changed.'
    """

    def __init__(self, code: str, *, field: str = "", **values: Any) -> None:
        self.code = code
        self.field = field
        self.values = values
        super().__init__(code)

    def text(self, language: Language = "th") -> str:
        """Return the sentence in the language asked for."""
        return text(self.code, language, **self.values)

    @property
    def th(self) -> str:
        """The sentence in Thai."""
        return self.text("th")

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.text("en")

    def as_dict(self) -> dict[str, str]:
        """Return the error for machines: code, message_th, message_en, field."""
        return {"code": self.code, "message_th": self.th, "message_en": self.en, "field": self.field}

    def __str__(self) -> str:
        return f"{self.th} / {self.en}"


class DeclarationError(DonhanError):
    """A file in ``layers/`` or ``data/`` breaks its form: values ``file`` and ``key``."""


class NoLawForDate(DonhanError):
    """No value of a law table holds then: values ``parameter_th``, ``parameter_en``, ``date``, ``available``."""


class SourceError(DonhanError):
    """An input cannot be read: values ``path`` and, where known, ``layer`` and ``row``."""


class OutputError(SourceError):
    """A file cannot be written: values ``path``, ``folder`` and ``reason``."""


class StoreError(DonhanError):
    """The project database refuses."""


class StoreLocked(StoreError):
    """Another program holds the project database."""


class SchemaMismatch(StoreError):
    """The project database was made by a newer version, or is no project."""


class Conflict(StoreError):
    """Somebody else changed the row since it was read."""


class InvalidInput(DonhanError):
    """A value given to a task, a form or the command line is not allowed: ``field`` names it."""


class NotAllowed(DonhanError):
    """The role may not do this: values ``role`` and ``action``."""


class MissingDependency(DonhanError):
    """A library that this work needs is absent: values ``package``, ``why`` and ``install``."""


class Cancelled(DonhanError):
    """The user stopped the work."""

    def __init__(self) -> None:
        super().__init__("cancelled")
