"""Roles: how a widget says what it is, so that the one style sheet can dress it.

A role is the dynamic property ``role``; the rules for each are in ``stylesheet.py``:

- ``QLabel``: ``title`` (16 px bold), ``heading`` (semibold), ``section`` (small grey capitals, see
  :func:`section_label`), ``muted``, ``caption`` (small, muted), ``strong``, ``danger``,
  ``warning``, ``mono``; in forms ``field`` (a field's title), ``value``, ``help``, ``error``
- ``QPushButton`` and ``QToolButton``: ``primary`` (accent fill), ``danger`` (red letters), ``flat``
  (no fill until hovered), ``transport`` (34 px, for play and step), ``transport-primary``, ``link``,
  ``field`` (looks like an input)
- ``QFrame`` and ``QWidget``: ``panel``, ``canvas``, ``card``, ``status``, ``bare`` (no ground of its own), ``finding`` (orange),
  ``hairline`` (a separator line), ``form`` (inputs in it have small text)
- ``QPlainTextEdit``: ``code`` (monospace)
- ``QLineEdit``: ``title`` (looks like a title until it is edited)
"""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

_Widget = TypeVar("_Widget", bound=QWidget)


def set_role(widget: _Widget, role: str) -> _Widget:
    """Give ``widget`` a role and dress it again at once; returns the widget.

    A label shows text as it is, unless it was made for markup: names come from files.
    """
    if isinstance(widget, QLabel) and widget.textFormat() == Qt.TextFormat.AutoText:
        widget.setTextFormat(Qt.TextFormat.PlainText)
    set_flag(widget, "role", role)
    return widget


def set_flag(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the style sheet looks at, such as ``invalid``; no-op if equal."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else it is dressed when shown
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)


def section_label(text: str, parent: QWidget | None = None) -> QLabel:
    """Small grey capitals above a group; the text itself keeps its case for screen readers."""
    return set_role(QLabel(text, parent), "section")


def hairline(parent: QWidget | None = None) -> QFrame:
    """One-pixel horizontal separator."""
    line = set_role(QFrame(parent), "hairline")
    line.setFixedHeight(1)
    return line
