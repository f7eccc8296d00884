"""The strip at the bottom: how the run goes at the left, findings and the last save at the right."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from engine.model.units import format_figure
from widgets.instruments.text import instant_text
from widgets.theme import plain_tip, set_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.run_rates import Rates
    from engine.model.findings import Finding
    from widgets.theme import ThemeManager

_FLASH_MS: Final = 6000


class WorkNote(QWidget):
    """What is under way beside the run, such as the reading of a long file. Hidden where nothing is."""

    stop_clicked = Signal()
    """What is under way is to be given up."""

    def __init__(self) -> None:
        super().__init__()
        self._text = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "muted")
        self._text.setAccessibleName("Under way")
        self.stop = set_role(QPushButton("Cancel"), "flat")
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stop.clicked.connect(self.stop_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._text)
        row.addWidget(self.stop)
        self.hide()

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def show_work(self, words: str, can_stop: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Say what is under way (nothing for an empty text), and offer to give it up."""
        self._text.setText(words)
        self.stop.setVisible(can_stop)
        self.setVisible(bool(words))


class StatusBar(QWidget):
    """Shows words that others decide."""

    findings_clicked = Signal()

    def __init__(self, look: ThemeManager, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._look = look
        self._alarming = False
        self._clock = clock
        self._saved_at: float | None = None
        self._dirty = False
        self._run_text = ""
        set_role(self, "status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(28)
        self._left = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "muted")
        self._left.setAccessibleName("Run")
        self._findings = set_role(QPushButton("No findings"), "flat")
        self._findings.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._findings.clicked.connect(self.findings_clicked)
        self.work = WorkNote()
        self._saved = set_role(QLabel(textFormat=Qt.TextFormat.PlainText), "muted")
        self._trouble = ""
        self._flash = QTimer(self)
        self._flash.setSingleShot(True)
        self._flash.setInterval(_FLASH_MS)
        self._flash.timeout.connect(lambda: self._left.setText(self._run_text))
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._show_saved)
        self._second.start()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(6)
        row.addWidget(self._left, 1)
        row.addWidget(self.work)
        row.addWidget(self._findings)
        row.addWidget(set_role(QLabel("·"), "muted"))
        row.addWidget(self._saved)
        look.changed.connect(lambda _theme: self._dress())
        self._show_saved()
        self._dress()

    @property
    def run_text(self) -> str:
        """What is said of the run."""
        return self._run_text

    @property
    def left_text(self) -> str:
        """What is shown at the left: the run, or a message for a few seconds."""
        return self._left.text()

    @property
    def saved_text(self) -> str:
        """What is said of the last save."""
        return self._saved.text()

    @property
    def findings_button(self) -> QPushButton:
        """The count of findings; a click asks for the list."""
        return self._findings

    def set_run_text(self, text: str) -> None:
        """Say how the run goes."""
        self._run_text = text
        if not self._flash.isActive():
            self._left.setText(text)

    def flash(self, text: str) -> None:
        """Say something for some seconds."""
        self._left.setText(text)
        self._flash.start()

    def set_findings(self, findings: tuple[Finding, ...]) -> None:
        """Say how many findings there are, errors first."""
        errors = sum(finding.level == "error" for finding in findings)
        rest = len(findings) - errors
        parts = [_counted(errors, "error")] if errors else []
        parts += [_counted(rest, "finding")] if rest or not errors else []
        self._findings.setText(" · ".join(parts))
        self._alarming = errors > 0
        self._dress()

    def expect_findings(self) -> None:
        """The findings are not known yet."""
        self._findings.setText("findings: …")
        self._alarming = False
        self._dress()

    def set_saved(self, *, dirty: bool, saved_now: bool = False) -> None:
        """Note whether there is something to save, and perhaps that it was saved just now."""
        self._dirty = dirty
        if saved_now:
            self._saved_at = self._clock()
        self._show_saved()

    def set_trouble(self, problem: str) -> None:
        """Note why unsaved work is not backed up; empty where it is."""
        if problem:
            self.flash(f"Unsaved changes are not backed up: {problem}. Save them, or make room.")
        elif self._trouble:
            self.flash("Unsaved changes are backed up again.")
        self._trouble = problem
        self._saved.setToolTip(plain_tip(problem))
        self._show_saved()

    def forget_saved(self) -> None:
        """Another design is open: nothing was saved yet."""
        self._saved_at = None
        self._show_saved()

    def _dress(self) -> None:
        """Errors stand out; anything else is as quiet as the rest of the strip."""
        theme = self._look.theme
        colour = theme.danger.text if self._alarming else theme.muted
        self._findings.setStyleSheet(f"color: {colour};")

    def _show_saved(self) -> None:
        """Say how long ago it was saved."""
        if self._saved_at is None:
            text = "not saved" if self._dirty else "no changes"
        else:
            text = f"saved {ago(self._clock() - self._saved_at)}"
            text = f"changed · {text}" if self._dirty else text
        if self._trouble:
            text = f"{text} · not backed up"
        self._saved.setText(text)


def _counted(count: int, word: str) -> str:
    """``3 findings``, ``1 error``, ``No findings``."""
    return f"{count or 'No'} {word}{'' if count == 1 else 's'}"


def ago(seconds: float) -> str:
    """Wall time as people say it."""
    if seconds < 2:
        return "just now"
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds)} s ago"


def run_line(rates: Rates, asked: float) -> str:
    """How the run goes, in one line."""
    reached = _speed(rates.speed)
    if math.isinf(asked):
        speed = f"Running at {reached}"
    elif rates.speed and rates.speed < 0.8 * asked:
        speed = f"Running {_speed(asked)} (reaches {reached})"
    else:
        speed = f"Running {_speed(asked)}"
    return f"{speed} · {rates.requests:,.0f} requests/s simulated · engine {rates.cores:.1f} core"


def rest_line(now: float, requests: int, wall: float) -> str:
    """What there is to say of a run that stands still."""
    if now <= 0.0:
        return "Ready"
    # To the millisecond: a step by one request is often no longer.
    return f"Paused at {now:,.3f} s · {requests:,} requests simulated in {wall:,.1f} s"


def past_line(at: float, now: float, *, is_running: bool) -> str:
    """What there is to say while a moment of the past is looked at."""
    goes = "runs on at" if is_running else "stands at"
    past, present = instant_text(at), instant_text(now)
    return f"Looking at {past} · the run {goes} {present} · Alt+End goes back to it"


def _speed(factor: float) -> str:
    """A speed in the shortest form: ``0.5×``, ``10×``, ``2,300×``."""
    if factor >= 100:
        return f"{factor:,.0f}×"
    return f"{format_figure(factor, 2)}×"
