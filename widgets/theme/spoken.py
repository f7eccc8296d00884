"""What screen readers are told of widgets that paint themselves: Qt takes them for containers otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QAccessibleInterface

    Maker = Callable[[QObject], QAccessibleInterface | None]

_PROPERTY: Final = "spoken_role"
_makers: list[Maker] = []
"""Who is asked for an interface before Qt's own classes are; Qt for Python takes one factory alone."""


def speak_as(widget: QWidget, role: QAccessible.Role) -> None:
    """Have screen readers call a widget by a role; its name and description are its own."""
    widget.setProperty(_PROPERTY, role.value)
    speak_by(_of_role, widget)


def speak_by(maker: Maker, widget: QWidget) -> None:
    """Have interfaces made by ``maker``, which answers None for what is none of its own; that of ``widget`` anew."""
    if QAccessible.isActive():  # then Qt may have made one while the widget was made
        early = QAccessible.queryAccessibleInterface(widget)
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(early))
        del early
    if not _makers:
        QAccessible.installFactory(_interface_of)
    if maker not in _makers:
        _makers.append(maker)


def _interface_of(_name: str, of: QObject) -> QAccessibleInterface | None:
    """The interface of an object; None for what Qt knows by itself."""
    return next((made for maker in _makers if (made := maker(of)) is not None), None)


def _of_role(of: QObject) -> QAccessibleInterface | None:
    """The interface of a widget with a role of its own."""
    role = of.property(_PROPERTY) if isinstance(of, QWidget) else None
    if not isinstance(of, QWidget) or role is None:
        return None
    return QAccessibleWidget(of, QAccessible.Role(role), "")
