"""The look: fonts, colours and one style sheet for every window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from donhan_gis.paths import FONTS

FONT_FAMILY = "Sarabun"
FONT_PT = 11.5
INK, MUTED, LINE, PAPER, GROUND = "#1d2a33", "#5a6872", "#d5dce2", "#ffffff", "#f3f6f8"
ACCENT, ACCENT_DARK, ACCENT_SOFT = "#0b6b53", "#07503e", "#e2f1ec"
DANGER, DANGER_SOFT, WARNING, WARNING_SOFT = "#b42318", "#fdeceb", "#8a5a00", "#fff5dc"
SEVERITY_COLOURS = {"error": DANGER, "warning": WARNING, "info": MUTED}
_ICONS = (Path(__file__).parent / "icons").as_posix()

_SHEET = f"""
QWidget {{ color: {INK}; }}
QMainWindow, QDialog, QWidget#page {{ background: {GROUND}; }}
QLabel {{ padding: 2px 0; }}  /* room for the vowels below the line, which reach under the font's descent */
QLabel[role="title"] {{ font-size: 17pt; font-weight: 700; }}
QLabel[role="heading"] {{ font-size: 13.5pt; font-weight: 700; }}
QLabel[role="muted"] {{ color: {MUTED}; }}
QLabel[role="small"] {{ color: {MUTED}; font-size: 10.5pt; }}
QLabel[role="problem"] {{ color: {DANGER}; font-size: 10.5pt; }}
QLabel[role="banner"] {{ background: {DANGER_SOFT}; color: {DANGER}; border: 1px solid #f2c4c0; border-radius: 6px;
  padding: 8px 10px; }}
QLabel[role="advice"] {{ background: {WARNING_SOFT}; color: {WARNING}; border: 1px solid #ecd9a4; border-radius: 6px;
  padding: 8px 10px; }}
QMenuBar {{ background: {PAPER}; border-bottom: 1px solid {LINE}; padding: 2px 6px; }}
QMenuBar::item {{ padding: 5px 10px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {ACCENT_SOFT}; color: {ACCENT_DARK}; }}
QMenu {{ background: {PAPER}; border: 1px solid {LINE}; padding: 5px; }}
QMenu::item {{ padding: 6px 26px 6px 14px; border-radius: 4px; }}
QMenu::item:selected {{ background: {ACCENT_SOFT}; color: {ACCENT_DARK}; }}
QMenu::item:disabled {{ color: #9aa5ad; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 5px 8px; }}
QPushButton, QToolButton[role="button"] {{ background: {PAPER}; border: 1px solid #c3ccd4; border-radius: 6px;
  padding: 5px 13px; min-height: 22px; }}
QPushButton:hover, QToolButton[role="button"]:hover {{ border-color: {ACCENT}; color: {ACCENT_DARK}; }}
QPushButton:pressed, QToolButton[role="button"]:pressed {{ background: {ACCENT_SOFT}; }}
QPushButton:focus {{ border: 1px solid {ACCENT}; }}
QPushButton:disabled, QToolButton:disabled {{ color: #a3adb5; background: {GROUND}; border-color: {LINE}; }}
QPushButton[role="primary"] {{ background: {ACCENT}; color: white; border-color: {ACCENT}; font-weight: 700; }}
QPushButton[role="primary"]:hover {{ background: {ACCENT_DARK}; color: white; }}
QPushButton[role="primary"]:disabled {{ background: #9dbfb5; border-color: #9dbfb5; color: white; }}
QPushButton[role="danger"]:hover {{ border-color: {DANGER}; color: {DANGER}; }}
QPushButton[role="link"] {{ border: none; background: transparent; color: {ACCENT_DARK}; text-align: left;
  padding: 4px 6px; }}
QPushButton[role="link"]:hover {{ text-decoration: underline; }}
QLineEdit, QPlainTextEdit, QComboBox {{ background: {PAPER}; border: 1px solid #c3ccd4; border-radius: 5px;
  padding: 0 8px; selection-background-color: {ACCENT}; selection-color: white; }}
/* Height instead of padding: an input clips the tone marks that stand above its font's ascent. */
QLineEdit, QComboBox {{ min-height: 30px; }}
QPlainTextEdit {{ padding: 4px 6px; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {{ border: 1px solid {ACCENT}; }}
QLineEdit:read-only, QPlainTextEdit:read-only, QComboBox:disabled {{ background: {GROUND}; color: {MUTED};
  border-color: {LINE}; }}
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"] {{ border: 1px solid {DANGER};
  background: {DANGER_SOFT}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url({_ICONS}/down.svg); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {PAPER}; border: 1px solid {LINE}; padding: 3px;
  selection-background-color: {ACCENT_SOFT}; selection-color: {ACCENT_DARK}; }}
QTabWidget::pane {{ border: 1px solid {LINE}; background: {PAPER}; top: -1px; }}
QTabBar::tab {{ background: transparent; padding: 7px 14px; border: 1px solid transparent; color: {MUTED}; }}
QTabBar::tab:selected {{ background: {PAPER}; border: 1px solid {LINE}; border-bottom-color: {PAPER};
  border-top: 2px solid {ACCENT}; color: {INK}; font-weight: 700; }}
QTabBar::tab:hover:!selected {{ color: {ACCENT_DARK}; }}
QTableView, QTreeView, QListView {{ background: {PAPER}; alternate-background-color: #f8fafb; border: 1px solid {LINE};
  gridline-color: #e8edf0; selection-background-color: {ACCENT_SOFT}; selection-color: {INK}; outline: 0; }}
QTableView::item {{ padding: 2px 6px; }}
QTreeView::item, QListView::item {{ padding: 4px 4px; }}
QTreeView::item:hover, QListView::item:hover {{ background: {GROUND}; }}
QTreeView::item:selected, QListView::item:selected {{ background: {ACCENT_SOFT}; color: {ACCENT_DARK}; }}
QHeaderView::section {{ background: #eaeff2; border: none; border-right: 1px solid {LINE};
  border-bottom: 1px solid {LINE}; padding: 6px 8px; font-weight: 700; }}
QHeaderView::section:vertical {{ font-weight: 400; color: {MUTED}; font-size: 10pt; padding: 2px 6px; }}
QTabBar QToolButton {{ border: none; color: {MUTED}; padding: 0 3px; }}
QTabBar QToolButton:hover {{ color: {DANGER}; }}
QHeaderView::section:hover {{ background: {ACCENT_SOFT}; }}
QDockWidget {{ font-weight: 700; }}
QDockWidget::title {{ background: {GROUND}; padding: 7px 10px; border-bottom: 1px solid {LINE}; }}
QStatusBar {{ background: {PAPER}; border-top: 1px solid {LINE}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {MUTED}; padding: 1px 8px; font-size: 10.5pt; }}
QFrame[role="card"] {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: 8px; }}
QFrame[role="overlay"] {{ background: rgba(255, 255, 255, 225); border: 1px solid {LINE}; border-radius: 5px; }}
QScrollArea {{ background: {PAPER}; border: none; }}
QWidget[role="paper"] {{ background: {PAPER}; }}
QProgressBar {{ border: 1px solid {LINE}; border-radius: 6px; background: {PAPER}; text-align: center;
  min-height: 20px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 5px; }}
QToolTip {{ background: {INK}; color: white; border: none; padding: 4px 6px; }}
QSplitter::handle {{ background: {GROUND}; }}
"""


def apply_theme(app: QApplication) -> None:
    """Give the application its font, colours and style sheet."""
    for file in sorted(FONTS.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))
    font = QFont(FONT_FAMILY)
    font.setPointSizeF(FONT_PT)
    app.setStyle("Fusion")
    app.setFont(font)
    app.setPalette(_palette())
    app.setStyleSheet(_SHEET)


def _palette() -> QPalette:
    """Return light colours, whatever the desktop's own are: the style sheet is made for them."""
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, GROUND),
        (roles.Base, PAPER),
        (roles.AlternateBase, "#f8fafb"),
        (roles.Button, PAPER),
        (roles.Text, INK),
        (roles.WindowText, INK),
        (roles.ButtonText, INK),
        (roles.Highlight, ACCENT),
        (roles.HighlightedText, PAPER),
        (roles.PlaceholderText, "#6f7d87"),
        (roles.ToolTipBase, INK),
        (roles.ToolTipText, PAPER),
    ):
        palette.setColor(role, QColor(colour))
    return palette


def label(written: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label in one of the style sheet's roles."""
    made = QLabel(written)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made
