"""The one Qt style sheet, made from the tokens.

Fields are filled and round with no border; the accent ring shows on keyboard focus. Numbers that
repeat are the drawing board's: radius 6 for fields, 8 for panels, 28 px rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.assets import asset_path
from widgets.theme.fonts import BODY, CAPTION, SMALL, Fonts

if TYPE_CHECKING:
    from widgets.theme.tokens import Theme


def stylesheet(theme: Theme, fonts: Fonts) -> str:
    """Complete style sheet of the application in ``theme``."""
    parts = (
        _base(theme, fonts),
        _labels(theme, fonts),
        _buttons(theme),
        _fields(theme, fonts),
        _choices(theme),
        _bars(theme),
        _menus(theme),
        _views(theme),
        _frames(theme),
    )
    return "\n".join(parts)


def _arrow(name: str, theme: Theme) -> str:
    """URL of a small glyph that was tinted for ``theme`` (style sheets cannot tint)."""
    return asset_path("icons", "qss", f"{name}-{theme.name}.svg").as_posix()


def _base(t: Theme, fonts: Fonts) -> str:
    return f"""
QWidget {{ color: {t.text}; font-family: "{fonts.ui_family}"; font-size: {BODY}px; }}
QMainWindow, QDialog {{ background: {t.panel}; }}
QToolTip {{ background: {t.tooltip}; color: {t.tooltip_text}; border: 1px solid {t.card_border};
  padding: 5px 8px; font-size: {SMALL}px; }}
QStatusBar {{ background: {t.status_bar}; color: {t.muted}; font-size: {CAPTION}px; }}
QStatusBar QLabel {{ color: {t.muted}; font-size: {CAPTION}px; }}
QStatusBar::item {{ border: none; }}
QSplitter::handle {{ background: {t.hairline}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QSplitter::handle:hover {{ background: {t.accent.colour}; }}
QDockWidget {{ titlebar-close-icon: none; }}
"""


def _labels(t: Theme, fonts: Fonts) -> str:
    return f"""
QLabel {{ background: transparent; }}
QLabel:disabled {{ color: {t.disabled}; }}
QLabel[role="title"] {{ font-size: 16px; font-weight: 700; }}
QLabel[role="heading"] {{ font-size: {BODY}px; font-weight: 600; }}
QLabel[role="section"] {{ font-size: {CAPTION}px; font-weight: 600; color: {t.muted};
  text-transform: uppercase; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="caption"] {{ color: {t.muted}; font-size: {CAPTION}px; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="danger"] {{ color: {t.danger.text}; }}
QLabel[role="warning"] {{ color: {t.warning_text}; font-weight: 600; font-size: {SMALL}px; }}
QLabel[role="field"] {{ color: {t.muted}; font-size: {SMALL}px; }}
QLabel[role="value"] {{ font-size: {SMALL}px; font-weight: 500; }}
QLabel[role="help"] {{ color: {t.text}; font-size: {SMALL}px; }}
QLabel[role="error"] {{ color: {t.danger.text}; font-size: {CAPTION}px; font-weight: 500; }}
QLabel[role="mono"] {{ font-family: "{fonts.mono_family}"; font-weight: 600; }}
"""


def _buttons(t: Theme) -> str:
    return f"""
QPushButton, QToolButton {{ background: {t.field}; color: {t.text}; border: 1px solid {t.field};
  border-radius: 6px; padding: 5px 14px; font-weight: 500; }}
QToolButton {{ padding: 4px; }}
QPushButton:hover, QToolButton:hover {{ background: {t.field_hover}; border-color: {t.field_hover}; }}
QPushButton:pressed, QToolButton:pressed, QToolButton:checked {{ background: {t.field_pressed};
  border-color: {t.field_pressed}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {t.accent.colour}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {t.disabled}; }}
QPushButton::menu-indicator, QToolButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[role="primary"], QToolButton[role="primary"], QToolButton[role="transport-primary"] {{
  background: {t.accent.colour}; color: {t.on_accent}; border-color: {t.accent.colour};
  font-weight: 600; }}
QPushButton[role="primary"]:hover, QToolButton[role="transport-primary"]:hover {{
  border-color: {t.on_accent}; }}
QPushButton[role="primary"]:focus, QToolButton[role="primary"]:focus,
QToolButton[role="transport-primary"]:focus {{ border-color: {t.text}; }}
QPushButton[role="primary"]:disabled, QToolButton[role="primary"]:disabled,
QToolButton[role="transport-primary"]:disabled {{ background: {t.field}; color: {t.disabled};
  border-color: {t.field}; }}
QPushButton[role="danger"], QToolButton[role="danger"] {{ color: {t.danger.text};
  font-weight: 600; }}
QPushButton[role="danger"]:disabled, QToolButton[role="danger"]:disabled {{ color: {t.disabled}; }}
QPushButton[role="flat"], QToolButton[role="flat"] {{ background: transparent;
  border-color: transparent; padding: 3px; }}
QToolButton[role="flat"][lit="true"] {{ background: {t.panel}; }}
QPushButton[role="flat"]:hover, QToolButton[role="flat"]:hover {{ background: {t.field_hover}; }}
QPushButton[role="flat"]:checked {{ background: {t.field_pressed}; }}
QPushButton[role="flat"]:focus, QToolButton[role="flat"]:focus {{
  border-color: {t.accent.colour}; }}
QToolButton[role="transport"], QToolButton[role="transport-primary"] {{ border-radius: 8px;
  min-width: 24px; min-height: 24px; }}
QPushButton[role="field"] {{ padding: 3px 9px 3px 11px; text-align: left; font-weight: 400; }}
QPushButton[role="link"] {{ background: transparent; border-color: transparent;
  color: {t.accent.text}; padding: 0 2px; text-align: left; }}
QPushButton[role="link"]:hover {{ text-decoration: underline; }}
QPushButton[role="link"]:focus {{ border-color: {t.accent.colour}; }}
"""


def _fields(t: Theme, fonts: Fonts) -> str:
    return f"""
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QAbstractSpinBox {{ background: {t.field};
  color: {t.text}; border: 1px solid {t.field}; border-radius: 6px; padding: 3px 9px;
  selection-background-color: {t.accent.colour}; selection-color: {t.on_accent};
  placeholder-text-color: {t.muted}; }}
QLineEdit, QComboBox, QAbstractSpinBox {{ min-height: 16px; }}
QLineEdit:hover, QComboBox:hover, QAbstractSpinBox:hover {{ background: {t.field_hover};
  border-color: {t.field_hover}; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus,
QAbstractSpinBox:focus {{ border-color: {t.accent.colour}; }}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {{
  border-color: {t.danger.colour}; }}
QWidget[role="form"] QLineEdit, QWidget[role="form"] QComboBox,
QWidget[role="form"] QPlainTextEdit, QWidget[role="form"] QPushButton {{ font-size: {SMALL}px; }}
QWidget[role="form"] QPlainTextEdit[role="code"] {{ font-family: "{fonts.mono_family}"; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {{
  color: {t.disabled}; placeholder-text-color: {t.disabled}; }}
QLineEdit[role="title"] {{ background: transparent; border-color: transparent; font-size: 16px;
  font-weight: 700; padding: 3px 5px; }}
QLineEdit[role="title"]:hover {{ background: {t.field}; }}
QLineEdit[role="title"]:focus {{ background: {t.field}; border-color: {t.accent.colour}; }}
QLineEdit[role="title"][invalid="true"] {{ border-color: {t.danger.colour}; }}
QComboBox {{ padding-left: 11px; padding-right: 2px; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QComboBox::down-arrow {{ image: url("{_arrow("chevron-down", t)}"); width: 11px; height: 11px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 16px;
  background: transparent; }}
QAbstractSpinBox::up-arrow {{ image: url("{_arrow("chevron-up", t)}"); width: 9px; height: 9px; }}
QAbstractSpinBox::down-arrow {{ image: url("{_arrow("chevron-down", t)}"); width: 9px;
  height: 9px; }}
"""


def _choices(t: Theme) -> str:
    return f"""
QCheckBox, QRadioButton {{ spacing: 8px; background: transparent; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px;
  border: 1px solid {t.muted}; background: {t.field}; border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:checked {{ background: {t.accent.colour}; border-color: {t.accent.colour};
  image: url("{_arrow("check", t)}"); }}
QRadioButton::indicator:checked {{ background: {t.accent.colour}; border-color: {t.accent.colour}; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t.accent.text}; }}
QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border-color: {t.accent.colour}; }}
"""


def _bars(t: Theme) -> str:
    return f"""
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 10px; }}
QScrollBar:horizontal {{ height: 10px; }}
QScrollBar::handle {{ background: {t.track}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QSlider {{ background: transparent; }}
QSlider::groove:horizontal {{ height: 3px; border-radius: 1px; background: {t.track}; }}
QSlider::sub-page:horizontal {{ height: 3px; border-radius: 1px; background: {t.accent.colour}; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -5px 0; border-radius: 6px;
  border: none; background: {t.accent.colour}; }}
QSlider[role="load"]::sub-page:horizontal, QSlider[role="load"]::handle:horizontal {{
  background: {t.load.colour}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {t.text}; }}
QProgressBar {{ background: {t.track}; border: none; border-radius: 3px; max-height: 6px;
  text-align: center; color: transparent; }}
QProgressBar::chunk {{ background: {t.accent.colour}; border-radius: 3px; }}
"""


def _menus(t: Theme) -> str:
    return f"""
QMenuBar {{ background: {t.panel}; padding: 2px 6px; }}
QMenuBar::item {{ background: transparent; padding: 4px 9px; border-radius: 5px; }}
QMenuBar::item:selected {{ background: {t.field_hover}; }}
QMenu {{ background: {t.panel}; border: 1px solid {t.card_border}; border-radius: 8px;
  padding: 5px; }}
QMenu::item {{ padding: 5px 26px 5px 10px; border-radius: 5px; }}
QMenu::item:selected {{ background: {t.selected_row}; }}
QMenu::item:disabled {{ color: {t.disabled}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {t.hairline}; margin: 5px 8px; }}
QMenu::right-arrow {{ image: url("{_arrow("chevron-right", t)}"); width: 10px; height: 10px;
  right: 8px; }}
QToolBar {{ background: {t.panel}; border: none; spacing: 6px; padding: 4px; }}
QToolBar::separator {{ background: {t.hairline}; width: 1px; margin: 6px 4px; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 3px 10px; border: none;
  border-bottom: 2px solid transparent; font-weight: 500; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent.colour}; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabWidget::pane {{ border: none; }}
"""


def _views(t: Theme) -> str:
    return f"""
QAbstractItemView {{ background: {t.panel}; border: none; outline: none;
  selection-background-color: {t.selected_row}; selection-color: {t.text};
  alternate-background-color: {t.field}; }}
QComboBox QAbstractItemView {{ border: 1px solid {t.card_border}; padding: 4px; }}
QAbstractItemView::item {{ min-height: 24px; }}
QAbstractItemView::item:hover {{ background: {t.field_hover}; }}
QAbstractItemView::item:selected {{ background: {t.selected_row}; color: {t.text}; }}
QHeaderView {{ background: transparent; }}
QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: none;
  border-bottom: 1px solid {t.hairline}; padding: 4px 8px; font-size: {CAPTION}px;
  font-weight: 600; }}
QTableView {{ gridline-color: {t.hairline}; }}
QTableView::item {{ padding: 0 5px; }}
QTableCornerButton::section {{ background: {t.panel}; border: none; }}
"""


def _frames(t: Theme) -> str:
    return f"""
QScrollArea {{ background: transparent; border: none; }}
QWidget[role="bare"] {{ background: transparent; }}
QWidget[role="panel"] {{ background: {t.panel}; }}
QWidget[role="canvas"] {{ background: {t.canvas}; }}
QWidget[role="status"] {{ background: {t.status_bar}; }}
QFrame[role="card"] {{ background: {t.panel}; border: 1px solid {t.track};
  border-radius: 8px; }}
QFrame[role="finding"] {{ background: {t.warning_panel}; border: none; border-radius: 8px; }}
QFrame[role="finding"] QPushButton[role="link"] {{ color: {t.warning_text}; font-weight: 700;
  font-size: {SMALL}px; text-decoration: underline; padding: 0; }}
QFrame[role="hairline"] {{ background: {t.hairline}; border: none; }}
"""
