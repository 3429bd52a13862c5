"""The first page: open a project, a recent one, the sample, or a new one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from donhan_gis import __version__
from donhan_gis.desktop.memory import recent_projects
from donhan_gis.desktop.theme import label
from donhan_gis.i18n import LANGUAGES, Language, text

_WIDTH_PX = 860
_LANGUAGE_NAMES = {"th": "ภาษาไทย", "en": "English"}


class StartPage(QWidget):
    """The start page. Tasks wanted are named as in the task list."""

    open_wanted = Signal(str)  # a path; empty: ask for one
    task_wanted = Signal(str)
    language_wanted = Signal(str)

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(text("app.title", language))
        self.language: Language = language
        middle = QWidget()
        middle.setFixedWidth(_WIDTH_PX)
        column = QVBoxLayout(middle)
        column.setSpacing(16)
        column.addLayout(self._head())
        columns = QHBoxLayout()
        columns.setSpacing(18)
        columns.addWidget(self._actions(), 1)
        columns.addWidget(self._recent(), 1)
        column.addLayout(columns)
        column.addWidget(label(text("app.start.version", language, version=__version__), "small"))
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(middle, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.resize(1100, 680)

    def _head(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(text("app.title", self.language), "title"))
        words.addWidget(label(text("app.start.subtitle", self.language), "muted"))
        head = QHBoxLayout()
        head.addLayout(words, 1)
        for language in LANGUAGES:
            button = QPushButton(_LANGUAGE_NAMES[language])
            button.setProperty("role", "link")
            button.setVisible(language != self.language)
            button.clicked.connect(lambda _checked, language=language: self.language_wanted.emit(language))
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _actions(self) -> QFrame:
        card, layout = _card(text("app.start.begin", self.language))
        for code, action in (
            ("open", lambda: self.open_wanted.emit("")),
            ("sample", lambda: self.task_wanted.emit("project.demo")),
            ("new", lambda: self.task_wanted.emit("project.new")),
        ):
            button = QPushButton(text(f"app.start.{code}", self.language))
            button.setProperty("role", "primary" if code == "open" else "")
            button.setMinimumHeight(44)
            button.clicked.connect(lambda _checked, action=action: action())
            layout.addWidget(button)
            layout.addWidget(label(text(f"app.start.{code}_help", self.language), "small", wrap=True))
            layout.addSpacing(6)
        layout.addStretch(1)
        return card

    def _recent(self) -> QFrame:
        card, layout = _card(text("app.start.recent", self.language))
        projects = recent_projects()
        for path in projects:
            layout.addWidget(self._project(path))
            layout.addWidget(label(str(path.parent), "small"))
        if not projects:
            layout.addWidget(label(text("app.start.no_recent", self.language), "muted", wrap=True))
        layout.addStretch(1)
        return card

    def _project(self, path: Path) -> QPushButton:
        button = QPushButton(path.stem)
        button.setProperty("role", "link")
        button.setToolTip(str(path))
        button.clicked.connect(lambda _checked: self.open_wanted.emit(str(path)))
        return button


def _card(title: str) -> tuple[QFrame, QVBoxLayout]:
    card = QFrame()
    card.setProperty("role", "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(20, 18, 20, 18)
    layout.setSpacing(7)
    layout.addWidget(label(title, "heading"))
    return card, layout
