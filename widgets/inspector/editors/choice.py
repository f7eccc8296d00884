"""Choices and switches."""

from __future__ import annotations

import inspect
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy

from engine.model.edits import UNSET
from widgets.inspector.editors.base import Editor
from widgets.inspector.fields import Option
from widgets.theme import SMALL, ElidedBox, plain_tip, set_flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from widgets.inspector.fields import Field
    from widgets.theme import ThemeManager

_SPELLED: Mapping[str, str] = MappingProxyType(
    {
        "fifo": "FIFO",
        "lifo": "LIFO",
        "adaptive_lifo": "Adaptive LIFO",
        "ps": "Shared (PS)",
        "codel": "CoDel",
        "gcra": "GCRA",
        "aimd": "AIMD",
        "ewma": "Least latency (EWMA)",
        "mod": "Modulo",
        "lru": "LRU",
        "lfu": "LFU",
        "sampled_lru": "Sampled LRU",
        "w_tinylfu": "W-TinyLFU",
        "s3_fifo": "S3-FIFO",
        "arc": "ARC",
        "mmpp": "Bursts (MMPP)",
        "power_of_two": "Power of two",
        "oom_kill": "OOM kill",
        "tcp": "TCP",
        "tls_1_2": "TLS 1.2",
        "tls_1_3": "TLS 1.3",
        "tls_1_3_0rtt": "TLS 1.3, 0-RTT",
        "quic": "QUIC",
        "quic_0rtt": "QUIC, 0-RTT",
        "new_connections": "When new",
        "after_idle": "After idle too",
        "cp": "Consistent (CP)",
        "ap": "Available (AP)",
        "lww": "Last write wins",
        "etag": "ETag",
        "ecdsa": "ECDSA",
        "rsa": "RSA",
        "True": "Yes",
        "False": "No",
    }
)
"""Values whose label is not just their words."""


class ChoiceBox(ElidedBox):
    """Combo box that leaves the wheel to the form around it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the form: rolling over a box must not change a design."""
        event.ignore()


class ChoiceEditor(Editor):
    """One of several values."""

    def __init__(self, look: ThemeManager) -> None:
        """Empty editor."""
        super().__init__(look)
        self.box = ChoiceBox()
        self.box.setMinimumWidth(40)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.activated.connect(self._chosen)
        self._options: tuple[Option, ...] = ()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.entrance = self.box

    def refresh(self) -> None:
        """Show the value among its options; an unknown one is shown as it is."""
        self.box.setAccessibleName(self.field.title)
        self.box.setAccessibleDescription(self.field.help)
        current = self._current()
        options = options_of(self.field)
        if not self.field.mixed and current not in [option.value for option in options]:
            options = (*options, Option(current, "None" if current is None else str(current)))
        if options != self._options:
            self._fill(options)
        values = [option.value for option in self._options]
        self.box.setCurrentIndex(-1 if self.field.mixed else values.index(current))
        self.box.setPlaceholderText("mixed")
        set_flag(self.box, "invalid", "false")

    def needed_width(self) -> int:
        """So much that the word that is chosen is not cut."""
        return self.box.needed_width()

    def reject(self) -> None:
        """Mark the box."""
        set_flag(self.box, "invalid", "true")

    def _current(self) -> JsonValue:
        """The value, or the tag of a tagged value."""
        value, tag = self.field.value, self.field.shape.tag
        if tag and isinstance(value, dict):
            default = self.field.default
            standard = default.get(tag) if isinstance(default, dict) else None
            return value.get(tag, standard)
        return value

    def _fill(self, options: tuple[Option, ...]) -> None:
        """Replace the entries of the box."""
        self._options = options
        self.box.clear()
        for i, option in enumerate(options):
            self.box.addItem(option.label)
            self.box.setItemData(i, plain_tip(option.help), Qt.ItemDataRole.ToolTipRole)

    def _chosen(self, index: int) -> None:
        """A person picked an entry."""
        value = self._options[index].value
        if self.field.mixed or value != self._current():
            self.committed.emit(value)


def options_of(field: Field) -> tuple[Option, ...]:
    """What a choice offers: from the design, from the type's literals, or from a union's tags."""
    if field.options:
        return field.options
    unset = "Off" if "none" in field.shape.choices else "None"
    none = (Option(None, unset),) if field.shape.nullable else ()
    if field.shape.models:
        tagged = field.shape.models.items()
        return none + tuple(Option(tag, spelled(tag), inspect.getdoc(m) or "") for tag, m in tagged)
    return none + tuple(Option(value, spelled(str(value))) for value in field.shape.choices)


def spelled(value: str) -> str:
    """A value as people read it: ``round_robin`` is ``Round robin``."""
    return _SPELLED.get(value, value.replace("_", " ").capitalize())


class Switch(QAbstractButton):
    """A field that says yes or no, with a sliding knob beside the word."""

    def __init__(self, look: ThemeManager) -> None:
        """Off."""
        super().__init__()
        self._look = look
        self.mixed = False
        self.words = ("no", "yes")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as a line of text."""
        return QSize(80, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Field, word and knob."""
        theme = self._look.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QColor(theme.accent.colour if self.hasFocus() else theme.field))
            painter.setBrush(QColor(theme.field_hover if self.underMouse() else theme.field))
            painter.drawRoundedRect(area, 6, 6)
            word = "mixed" if self.mixed else self.words[self.isChecked()]
            painter.setFont(self._look.fonts.ui(SMALL))
            painter.setPen(QColor(theme.muted if self.mixed else theme.text))
            text = area.adjusted(11, 0, -40, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, word)
            track = QRectF(area.right() - 34, area.center().y() - 7, 26, 14)
            on = self.isChecked() and not self.mixed
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent.colour if on else theme.track))
            painter.drawRoundedRect(track, 7, 7)
            left = track.left() + (13 if on else 6.5 if self.mixed else 1)
            painter.setBrush(QColor(theme.on_accent if on else theme.muted))
            painter.drawEllipse(QRectF(left + 1, track.top() + 2, 10, 10))


class SwitchEditor(Editor):
    """Yes or no."""

    def __init__(self, look: ThemeManager) -> None:
        """Off."""
        super().__init__(look)
        self.switch = Switch(look)
        self.switch.clicked.connect(self._clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.switch)
        self.entrance = self.switch

    def refresh(self) -> None:
        """Show the value."""
        self.switch.setAccessibleName(self.field.title)
        self.switch.setAccessibleDescription(self.field.help)
        self.switch.mixed = self.field.mixed
        self.switch.setChecked(self._is_on())
        self.switch.update()

    def reject(self) -> None:
        """Go back."""
        self.refresh()

    def _is_on(self) -> bool:
        """Whether the value says yes."""
        return self.field.value is True

    def _clicked(self) -> None:
        """Flip; several different values all become yes."""
        self._commit(on=self.field.mixed or self.switch.isChecked())

    def _commit(self, *, on: bool) -> None:
        """Tell the new value."""
        self.committed.emit(on)


class PresenceEditor(SwitchEditor):
    """Whether a nested config is there: on with its defaults, off without anything."""

    def __init__(self, look: ThemeManager) -> None:
        """Off."""
        super().__init__(look)
        self.switch.words = ("off", "on")

    def _is_on(self) -> bool:
        """Whether there is one."""
        return isinstance(self.field.value, dict)

    def _commit(self, *, on: bool) -> None:
        """The defaults, or nothing: the default where that is nothing."""
        nothing = UNSET if self.field.default is None else None
        self.committed.emit({} if on else nothing)
