"""The load factor: a number that can be typed, beyond what the slider reaches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics

from widgets.theme import BODY, set_flag
from widgets.transport.dials import LoadDial
from widgets.transport.number_field import NumberField

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

LEAST: Final = 0.001
MOST: Final = 1000.0
"""Factors that can be typed: beyond, a run that is fast enough to look at is not to be had."""
_WIDEST: Final = "× 0.24"
_SIGNS: Final = "×xX*"


def read_factor(text: str) -> float | None:
    """The factor in what was typed: ``2.4``, ``× 2,4``, ``x 30``, ``250 %``; None where there is none."""
    bare = text.strip().strip(_SIGNS).strip().replace(",", ".")
    share = bare.endswith("%")
    try:
        value = float(bare.removesuffix("%").strip())
    except ValueError:
        return None
    value = value / 100.0 if share else value
    return value if math.isfinite(value) and LEAST <= value <= MOST else None


class LoadField(NumberField):
    """Shows the load factor."""

    load_changed = Signal(float)
    """A person typed this factor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show × 1."""
        super().__init__(BODY, parent)
        self._dial = LoadDial()
        self._factor = self._dial.rest
        self.setMaxLength(12)
        self.setAccessibleName("Load factor")
        self.setToolTip(f"All traffic times this; type {LEAST:g} to {MOST:g}, such as 25 or 250 %")
        self.textEdited.connect(self._judge)
        self.set_load(self._factor)

    def set_load(self, factor: float) -> None:
        """Show a factor; one that is being typed is not disturbed."""
        self._factor = factor
        if not self.hasFocus():
            self.put_back()

    def shown(self) -> str:
        """The factor as the dial says it."""
        return self._dial.text(self._factor)

    def put_back(self) -> None:
        """Show the factor that holds, which is one."""
        super().put_back()
        set_flag(self, "invalid", "false")

    def sizeHint(self) -> QSize:
        """As wide as the widest factor."""
        return QSize(QFontMetrics(self.font()).horizontalAdvance(_WIDEST) + 4, 18)

    def take(self) -> None:
        """Take what was typed."""
        value = read_factor(self.text())
        if value is not None and self.isModified() and value != self._factor:
            self._factor = value
            self.load_changed.emit(value)
        self.setModified(False)

    def _judge(self, text: str) -> None:
        """Mark what is no factor while it is typed."""
        set_flag(self, "invalid", "false" if read_factor(text) is not None else "true")
