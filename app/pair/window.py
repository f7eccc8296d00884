"""The window of a comparison: two canvases that move as one, their numbers, and their charts on one time axis."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.overlay import Overlay
from app.pair.apart import Apart
from app.pair.deeds import Deed
from app.pair.head import Head
from app.pair.lockstep import LockStep
from app.pair.measuring import PairMeasurement
from app.pair.numbers import SPAN, common_client, figures
from app.pair.side import Side
from app.pair.tiles import LETTERS, Tiles
from app.search_entries import item_entries
from app.speeds import next_speed
from app.splitter import LineSplitter
from engine.model.edits import SetDesign
from widgets.charts import Pace
from widgets.instruments import TimeAxis
from widgets.instruments.text import instant_text
from widgets.theme import hairline, set_role
from widgets.theme.polishing import polishing, rehearsing
from widgets.transport import TransportBar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QCloseEvent, QShowEvent

    from app.pair.side import Context, Shown
    from app.searching import Entry
    from engine.model.design import Design
    from widgets.canvas import CanvasView

_NUMBERS: Final = 250
"""Milliseconds between numbers: faster ones cannot be read."""
_CHART: Final = 176
"""Width of a chart below which a row of charts scrolls (logical pixels)."""
_SHARE: Final = 0.36
"""Of the height, for the charts."""


class PairWindow(QWidget):
    """Two sides, driven together."""

    closed = Signal()

    def __init__(
        self,
        shown: tuple[Shown, Shown],
        context: Context,
        host: QWidget,
        *,
        at_once: bool = True,
    ) -> None:
        """Show both at 0; ``begin`` starts their engines.

        Args:
            shown: both designs.
            context: what both sides are made with.
            host: the window over which this one stands.
            at_once: whether all that is in it is made now; else whoever makes it goes through ``making``.
        """
        super().__init__(host, Qt.WindowType.Window)
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Side by side – Windtunnel")
        self._look = context.look
        self._components = context.components
        self.axis = TimeAxis(self)
        self._moves = False
        self._uneven = False
        """Whether kept runs are still being repeated."""
        self._back = math.nan
        self._chosen: frozenset[str] = frozenset()
        self._has_ended = False
        self._soon = QTimer(self, singleShot=True, interval=_NUMBERS)
        self._soon.timeout.connect(self._show_numbers)
        if at_once:
            for _ in self.making(shown, context):
                pass

    def making(self, shown: tuple[Shown, Shown], context: Context) -> Iterator[None]:
        """Make what is in it, in steps that are short: all of it takes a fifth of a second."""
        look, pace, sides = self._look, Pace(), list[Side]()
        theme = look.theme
        for each in shown:
            sides.append(Side(each, context, self.axis, self, pace))
            yield
            yield from sides[-1].making()
            yield
        self.sides = tuple(sides)
        self.drive = LockStep(self.sides, self)
        self.transport = TransportBar(look.theme, look.icons)
        yield
        self.heads = tuple(
            Head(letter, side, look) for letter, side in zip(LETTERS, self.sides, strict=True)
        )
        self.tiles = Tiles(look)
        self.apart = Apart(self.sides, self, look)
        self.both = QPushButton("Measure both")
        self.measuring = PairMeasurement(self, look, context.studies, self._designs)
        yield
        yield from self._build()
        self._connect()
        self._add_keys()
        yield
        yield from self.apart.comparing()
        yield
        self._show_numbers()
        look.changed.connect(self._dress)
        if look.theme is not theme:  # which was chosen meanwhile
            self._dress(look.theme)

    def begin(self, speed: float) -> None:
        """Start both engines, at the seed of the left side, and run; kept runs stay where they ended."""
        left, right = self.sides
        repeated = bool(left.shown.journal or right.shown.journal)
        if not repeated and right.design.scenario.seed != left.design.scenario.seed:
            self._set_seed(left.design.scenario.seed)
        self.transport.set_seed(left.design.scenario.seed)
        self.transport.seed.setEnabled(not repeated)
        self.transport.set_speed(speed)
        self.drive.set_speed(speed)
        self._uneven = repeated
        for side in self.sides:
            side.begin()
        if not repeated:
            self.drive.set_running(wanted=True)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End both engines."""
        self.end()
        super().closeEvent(event)

    def end(self) -> None:
        """End both engines and say so, once."""
        if self._has_ended:
            return
        self._has_ended = True
        self._soon.stop()
        self.drive.set_running(wanted=False)
        self.measuring.close()
        self.apart.close()
        for side in self.sides:
            side.close()
        self.closed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Divide the room once its size is known, and look at both designs."""
        super().showEvent(event)
        if event.spontaneous():
            return
        self._divide()
        QTimer.singleShot(0, self, self.fit)

    def _divide(self) -> None:
        """Give canvases and charts their shares of the height, and both sides halves of the width."""
        low = round(_SHARE * self._rows.height())
        self._rows.setSizes([self._rows.height() - low, low])
        for splitter in self._halves:
            splitter.setSizes([self.width() // 2, self.width() - self.width() // 2])

    # -- making ---------------------------------------------------------------------------------------

    def rehearsing(self) -> Iterator[None]:
        """Dress, lay out and paint all parts before the window is shown, in steps: the first time takes longest."""
        yield from polishing(self)
        corner = QRect(0, 0, 1, 1)
        self.grab(corner)  # lays out all of it
        yield
        self._divide()
        self.grab(corner)
        self.fit()
        yield
        for side in self.sides:
            yield from rehearsing((side.canvas, *side.charts.charts))

    def _build(self) -> Iterator[None]:
        """Bar, canvases under their heads, numbers, charts, in steps."""
        columns = LineSplitter(Qt.Orientation.Horizontal, self._look)
        for head, side in zip(self.heads, self.sides, strict=True):
            half = QWidget()
            column = QVBoxLayout(half)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(head)
            column.addWidget(side.canvas, 1)
            columns.addWidget(half)
            yield
        charts = LineSplitter(Qt.Orientation.Horizontal, self._look)
        for side in self.sides:
            for chart in side.charts.charts:
                chart.setMinimumWidth(_CHART)
            charts.addWidget(side.charts)
            yield
        low = QWidget()
        under = QVBoxLayout(low)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(0)
        under.addWidget(self.tiles)
        under.addWidget(hairline())
        under.addWidget(charts, 1)
        self._halves = (columns, charts)
        self._rows = LineSplitter(Qt.Orientation.Vertical, self._look)
        self._rows.addWidget(columns)
        self._rows.addWidget(low)
        self._rows.setStretchFactor(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for part in (self._bar(), hairline()):
            whole.addWidget(part)
        yield
        whole.addWidget(self._rows, 1)
        yield

    def _bar(self) -> QWidget:
        """Title, transport, differences, close."""
        bar = set_role(QWidget(), "panel")
        bar.setFixedHeight(48)
        close = QPushButton("Close")
        close.setToolTip("Back to the design as it was (Ctrl+W)")
        close.clicked.connect(self.close)
        self.both.setToolTip(
            "Run both from the start under ten seeds, and show each number with the difference and how sure it is (M)"
        )
        self.both.clicked.connect(self.measuring.toggle)
        self.both.setVisible(self.measuring.possible)
        for button in (close, self.apart.counts, self.both):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedHeight(30)
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        row.addWidget(set_role(QLabel("Side by side"), "title"))
        row.addStretch(1)
        row.addWidget(self.transport)
        row.addStretch(1)
        row.addWidget(self.both)
        row.addWidget(self.apart.counts)
        row.addWidget(close)
        return bar

    def _connect(self) -> None:
        """Who hears whom."""
        transport, drive = self.transport, self.drive
        transport.run_toggled.connect(self._run)
        transport.step_time_requested.connect(self._step)
        transport.step_menu_button.hide()  # requests and breakpoints are those of one run
        transport.restart_requested.connect(drive.restart)
        transport.speed_changed.connect(drive.set_speed)
        transport.load_changed.connect(self._set_load)
        transport.seed_changed.connect(self._set_seed)
        drive.running_changed.connect(transport.set_running)
        for side in self.sides:
            drive.running_changed.connect(side.expect)
        drive.moved.connect(self._show_time)
        self.axis.cursor_moved.connect(lambda _at: self._show_numbers())
        self.apart.card.jump_requested.connect(self._jump)
        for place, side in enumerate(self.sides):
            other = self.sides[1 - place]
            canvas = side.canvas
            canvas.camera.moved.connect(partial(self._follow_camera, canvas, other.canvas))
            canvas.hovered.connect(partial(self._point, other.canvas))
            canvas.selection_changed.connect(partial(self._select, other.canvas))
            canvas.space_tapped.connect(self._toggle)
            canvas.arrived.connect(self._fit_again)
            side.document.changed.connect(partial(self._follow_seed, self.sides[1 - place]))
            side.document.changed.connect(lambda *_: self.measuring.doubt())
            side.progressed.connect(self._level)

    def _deeds(self) -> tuple[Deed, ...]:
        """What the keyboard does: the same keys as in the main window."""
        return (
            Deed("Space", "Run or pause", "play", self._toggle),
            Deed(".", "Step one second", "step", self._step),
            Deed("]", "Faster", "bolt", partial(self._shift_speed, 1)),
            Deed("[", "Slower", "bolt", partial(self._shift_speed, -1)),
            Deed("Ctrl+R", "Restart", "restart", self.drive.restart),
            Deed("Ctrl+9", "Fit everything", "fit", self.fit),
            Deed("D", "List the differences", "compare", self.apart.toggle),
            Deed("M", "Measure both", "chart", self.measuring.toggle),
            Deed("Alt+Left", "Look back one second", "step", partial(self.look_back, -1.0)),
            Deed("Alt+Right", "Look forward one second", "step", partial(self.look_back, 1.0)),
            Deed("Alt+End", "Back to now", "play", partial(self.show_moment, math.nan)),
            Deed("Escape", "Leave the comparison", "close", self._escape),
        )

    def entries(self) -> Iterator[Entry]:
        """What Ctrl+K finds here: what both designs have, and what the keys do."""
        seen = set[str]()
        for side in self.sides:
            for entry in item_entries(side.design, self._components, self._jump):
                if entry.extra not in seen:  # the id: what both have is found once
                    seen.add(entry.extra)
                    yield entry
        for deed in self._deeds():
            if deed.keys != "M" or self.measuring.possible:
                yield deed.entry()

    def _add_keys(self) -> None:
        """Bind the keyboard; what every window does is bound by whoever opens this one."""
        for deed in self._deeds():
            QShortcut(QKeySequence(deed.keys), self).activated.connect(deed.act)
        self.transport.set_shortcuts(
            {"run": "Space", "step_time": ".", "step_request": "", "restart": "Ctrl+R"}
        )

    # -- both as one ----------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show both designs, wherever their items are."""
        left, right = (side.canvas.content_rect(whole=False) for side in self.sides)
        self.sides[0].canvas.camera.fit(left.united(right))

    def _fit_again(self) -> None:
        """More links are there: they may stick out of what was fitted."""
        if self.sides[0].canvas.camera.is_as_fitted:
            self.fit()

    def look_back(self, seconds: float) -> None:
        """Show a moment so much before or after the one that is shown, on both canvases."""
        begun = self.drive.now if math.isnan(self._back) else self._back
        self.show_moment(max(begun + seconds, 0.0))

    def show_moment(self, instant: float) -> None:
        """Show a moment of both runs (s); NaN, or one that is not yet, is now."""
        self._back = math.nan if math.isnan(instant) or instant >= self.drive.now else instant
        for side in self.sides:
            side.show_moment(self._back)
        self.axis.hold(self._back)
        self._show_time(self.drive.now)

    def _toggle(self) -> None:
        """Run if paused, pause if running."""
        self._run(not self.drive.running)

    def _run(self, wanted: bool) -> None:  # noqa: FBT001 - a Qt slot for a toggle
        """Run or pause; not before kept runs have come to where they ended."""
        self.drive.set_running(wanted and not self._uneven)
        self.transport.set_running(self.drive.running)

    def _step(self, seconds: float = 1.0) -> None:
        """Go on by so much."""
        if not self._uneven:
            self.drive.step(seconds)

    def _follow_camera(self, canvas: CanvasView, other: CanvasView) -> None:
        """The other canvas looks at the same place from as near."""
        if self._moves:
            return
        self._moves = True
        other.camera.zoom_to(canvas.camera.zoom)
        other.camera.look_at(canvas.camera.shown().center())
        self._moves = False

    def _point(self, other: CanvasView, item_id: str) -> None:
        """Ring in the other design what is pointed at in this one."""
        other.outlines.point_at((item_id,) if item_id else ())

    def _select(self, other: CanvasView, ids: frozenset[str]) -> None:
        """What is selected is selected in both, as far as both have it."""
        if not self._moves:
            self._moves, self._chosen = True, ids
            other.select(ids)
            self._moves = False

    def _jump(self, item_id: str) -> None:
        """Show an item of the list in whichever design has it."""
        for side in self.sides:
            if side.design.item(item_id) is not None:
                side.canvas.reveal(item_id)
                return

    def _escape(self) -> None:
        """Leave the card in front, then the past, then the selection, then the comparison."""
        cards = [each for each in self.findChildren(Overlay) if each.isVisible()]
        if cards:
            cards[-1].close_card()
        elif not math.isnan(self._back):
            self.show_moment(math.nan)
        elif self._chosen:
            for side in self.sides:
                side.canvas.select(())
        else:
            self.close()

    def _shift_speed(self, steps: int) -> None:
        """Go to the next speed of the ladder."""
        speed = next_speed(self.drive.speed, steps)
        self.transport.set_speed(speed)
        self.drive.set_speed(speed)

    def _set_seed(self, seed: int) -> None:
        """Both run with this seed, from 0 on."""
        for side in self.sides:
            side.document.push(SetDesign(("scenario", "seed"), seed, "Change seed"))
        self.transport.set_seed(seed)

    def _follow_seed(self, other: Side, design: Design, _changes: object) -> None:
        """The open design was given another seed, or took it back: both run with it, but for kept runs."""
        seed = design.scenario.seed
        if self.transport.seed.isEnabled() and other.design.scenario.seed != seed:
            self._set_seed(seed)

    def _set_load(self, factor: float) -> None:
        """Multiply the traffic of both."""
        self.measuring.set_load(factor)
        for side in self.sides:
            side.run.set_load(factor)

    def _designs(self) -> tuple[Design, Design]:
        """Both designs as they are now."""
        left, right = self.sides
        return left.design, right.design

    def _level(self) -> None:
        """Once kept runs are repeated, who is behind comes to the same time; only then both can go on."""
        if self._uneven and all(each.is_repeated for each in self.sides):
            self._uneven = False
            self.drive.catch_up()

    # -- showing --------------------------------------------------------------------------------------

    def _show_time(self, now: float) -> None:
        """Both have come to a time."""
        self.transport.set_time(now if math.isnan(self._back) else self._back)
        if not self._soon.isActive():
            self._soon.start()

    def _show_numbers(self) -> None:
        """The numbers of the moment that is pointed at, or of now."""
        pointed = not math.isnan(self.axis.cursor) and self.axis.cursor < self.drive.now
        until = self.axis.cursor if pointed else self.drive.now
        left, right = self.sides
        client = common_client(left.charts, right.charts)
        found = figures(
            (left.charts.history, right.charts.history), (left.design, right.design), until, client
        )
        span = f"{min(SPAN, until):.0f} s"
        when = f"{span} up to {instant_text(until)}" if pointed else f"Last {span} of both"
        self.tiles.show_figures(found, when)

    def _dress(self, _theme: object) -> None:
        """Take the theme."""
        self.transport.set_theme(self._look.theme, self._look.icons)
        for side in self.sides:
            side.dress()
        for head in self.heads:
            head.dress()
        self.tiles.dress()

    def sizeHint(self) -> QSize:
        """As large as the window that it comes from."""
        return QSize(1280, 760)

    def changeEvent(self, event: QEvent) -> None:
        """What is pointed at is so no longer once the window is left."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            for side in self.sides:
                side.canvas.outlines.point_at(())
