"""What stands over a canvas: which side it is, what it shows, and what came of its whole scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from engine.model.metrics import FAILING
from engine.model.units import format_quantity, format_share
from widgets.theme import ElidedLabel, plain_tip, set_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.pair.side import Side
    from widgets.theme import ThemeManager

_SHOWN: Final = 4000
"""Milliseconds for which a refusal can be read."""


class Head(QWidget):
    """A line: letter, title, where it comes from; at the right the measured result, or why it stands still."""

    def __init__(self, letter: str, side: Side, look: ThemeManager) -> None:
        """Follow a side."""
        super().__init__()
        self._side, self._look = side, look
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.letter = QLabel(
            letter,
            alignment=Qt.AlignmentFlag.AlignCenter,
            textFormat=Qt.TextFormat.PlainText,
        )
        self.letter.setFixedSize(20, 20)
        title = set_role(ElidedLabel(), "heading")
        title.set_full_text(side.shown.title or "Untitled")
        title.setMinimumWidth(60)
        about = set_role(ElidedLabel(), "muted")
        about.set_full_text(side.shown.about)
        about.setAlignment(Qt.AlignmentFlag.AlignRight)
        about.setVisible(bool(side.shown.about))  # who says nothing leaves the room to the title
        self.told = set_role(ElidedLabel(), "caption")
        self.told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._fades = QTimer(self, singleShot=True, interval=_SHOWN)
        self._fades.timeout.connect(self._show)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 12, 5)
        row.setSpacing(8)
        row.addWidget(self.letter)
        row.addWidget(title, 6)
        row.addWidget(about, 2)
        row.addWidget(self.told, 5)
        side.stopped.connect(self._show)
        side.measured.connect(self._show)
        side.run.rewinding.connect(self._show_replay)
        side.run.cleared.connect(self._show)
        self.dress()

    def dress(self) -> None:
        """Take the theme."""
        theme = self._look.theme
        self.letter.setStyleSheet(
            f"background: {theme.accent.colour}; color: {theme.on_accent};"
            "border-radius: 10px; font-weight: 700"
        )
        self._show()

    def refuse(self, _edit: object) -> None:
        """Say why an edit on this side is not made, for a while."""
        self._tell("Only shown here: open it to change it")
        self._fades.start()

    def _show_replay(self, share: float, _target: float) -> None:
        """Say how far the kept run is repeated."""
        self._tell(f"repeating the run … {format_share(share)}")

    def _show(self, *_: object) -> None:
        """What came of it."""
        side = self._side
        stopped = bool(side.problem)
        colour = self._look.theme.danger.text if stopped else self._look.theme.muted
        self.told.setStyleSheet(f"color: {colour}")
        text = f"Not running: {side.problem}" if stopped else result_line(side.result)
        self._tell(text)
        self.told.setToolTip(plain_tip(text))

    def _tell(self, text: str) -> None:
        """Say something at the right; where that is nothing, the title has its room."""
        self.told.set_full_text(text)
        self.told.setVisible(bool(text))


def result_line(result: Mapping[str, Any] | None) -> str:
    """The whole scenario in a line: ``Measured: goodput 300 rps, p99 48 ms, 2 of 3 objectives met``."""
    clients = result.get("clients") if result is not None else None
    if result is None or not clients:
        return ""
    goodput = sum(each.get("goodput", 0.0) for each in clients.values())
    # Answers alone look the better the more requests fail.
    shares = [each.get("availability") for each in clients.values()]
    fails = any(each is not None and each < 1.0 - FAILING for each in shares)
    of = "latency_all" if fails else "latency"
    slow = [each.get(of, {}).get("p99") for each in clients.values()]
    times = [each for each in slow if isinstance(each, int | float)]
    words = [f"goodput {format_quantity(goodput, 'rps')}"]
    if times:
        words.append(f"p99 {format_quantity(max(times), 's')}{' of all requests' if fails else ''}")
    objectives = result.get("objectives") or []
    if objectives:
        met = sum(bool(each.get("met")) for each in objectives)
        words.append(f"{met} of {len(objectives)} objectives met")
    return f"Measured: {', '.join(words)}"
