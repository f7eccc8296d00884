"""The strip above the charts: load over time, events, what people say of moments, and where the run is."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from widgets.instruments import TimeAxis
from widgets.instruments.text import instant_text
from widgets.own_keys import OwnKeys
from widgets.theme import IconSet, section_label, set_role, speak_as
from widgets.timeline import edits
from widgets.timeline.input import TimelineInput
from widgets.timeline.layout import HEIGHT, Ruler
from widgets.timeline.load import LoadCurve
from widgets.timeline.marks import Mark, Spoken, lay_out, lay_out_comments, lay_out_notices
from widgets.timeline.painter import Scene, StripPainter
from widgets.timeline.popup import EventPopup
from widgets.timeline.wording import event_text, when_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPaintEvent

    from engine.model.design import Comment, Design, Event
    from engine.sim.snapshot import Notice, Snapshot
    from widgets.theme import Theme

_NOTICES = 500
"""Latest notices kept."""
_PIXELS_PER_POINT = 4.0


_MOST_TEXTS: Final = 1000
"""Texts of events that are kept: a drag makes new ones all the while."""


class TimelineStrip(QWidget):
    """Shows and edits what happens when. Give it the charts' axis, and they move as one."""

    edit_requested = Signal(object)
    """An ``Edit`` of the scenario's events."""
    cursor_moved = Signal(float)
    """Simulated instant that is pointed at (s); NaN for none."""
    moment_requested = Signal(float)
    """A moment of the run to look at (s); NaN for now."""
    fork_requested = Signal()
    """Go on from the moment that is looked at."""
    comments_requested = Signal(object)
    """Places in the design's list (``tuple[int, ...]``) of the comments whose sign was clicked."""
    range_changed = Signal(float, float)
    """Visible range of simulated time (s)."""

    def __init__(
        self,
        theme: Theme,
        axis: TimeAxis | None = None,
        icons: IconSet | None = None,
        parent: QWidget | None = None,
        tell: Callable[[Design, Event], str] = event_text,
    ) -> None:
        """Make an empty strip; ``tell`` says an event in words, also what it sets."""
        super().__init__(parent)
        self._tell = tell
        self._texts: dict[int, tuple[Event, str]] = {}
        """What events of the design say, by their identities: the strip is painted far more often than they change."""
        self.axis = axis if axis is not None else TimeAxis(self)
        self.selected: int | None = None
        """Index of the selected event among the scenario's."""
        self._theme = theme
        self._icons = icons if icons is not None else IconSet()
        self._design: Design | None = None
        self._comments: Sequence[Comment] = ()
        self._load = LoadCurve()
        self._notices: deque[Notice] = deque(maxlen=_NOTICES)
        self._painter = StripPainter(theme, self._icons)
        self._about: tuple[object, ...] | None = None
        """What the words and marks below are of."""
        self._words: dict[int, tuple[str, float]] = {}
        self._laid: tuple[Ruler, list[Mark]] | None = None
        self._scene: Scene | None = None
        self._title = section_label("Timeline", self)
        self._add_button = set_role(QToolButton(self), "flat")
        self.live_button = set_role(QToolButton(self), "flat")
        self.fork_button = set_role(QToolButton(self), "flat")
        self._hands = TimelineInput(self)
        OwnKeys(self, {"Del": None, "Backspace": None})
        self._popup: EventPopup | None = None
        self._build()
        self.set_theme(theme)
        self.axis.range_changed.connect(self._range_changed)
        self.axis.cursor_moved.connect(self._cursor_moved)

    @property
    def design(self) -> Design | None:
        """The design that is shown."""
        return self._design

    @property
    def events(self) -> tuple[Event, ...]:
        """The scenario's events, as a drag that goes on would have them."""
        if self._design is None:
            return ()
        preview = self._hands.preview
        return preview if preview is not None else self._design.scenario.events

    @property
    def marks(self) -> list[Mark]:
        """The events that are visible now, in order of time."""
        if self._design is None:
            return []
        about = (self._design, self.events, self._painter)
        if self._about is None or any(a is not b for a, b in zip(about, self._about, strict=True)):
            self._about, self._words, self._laid = about, {}, None
        ruler = self.ruler
        if self._laid is None or self._laid[0] != ruler:
            measure, words = self._painter.measure, self._words
            marks = lay_out(self._design, self.events, ruler, measure, self._told, words)
            self._laid = (ruler, marks)
        return self._laid[1]

    def _told(self, design: Design, event: Event) -> str:
        """What an event of the design says."""
        known = self._texts.get(id(event))
        if known is None or known[0] is not event:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            known = self._texts[id(event)] = (event, self._tell(design, event))
        return known[1]

    @property
    def comments(self) -> list[Spoken]:
        """Signs of what people say about the moments that are visible now."""
        return lay_out_comments(self._comments, self.ruler)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the run had to say."""
        return tuple(self._notices)

    @property
    def ruler(self) -> Ruler:
        """Time to pixels."""
        return Ruler(self.axis.start, self.axis.end, float(self.width()))

    def set_theme(self, theme: Theme) -> None:
        """Colour everything anew."""
        self._theme = theme
        self._painter = StripPainter(theme, self._icons)
        self._add_button.setIcon(self._icons.icon("plus", theme.muted, 14))
        self.update()

    def set_design(self, design: Design) -> None:
        """Show the events and the load of a design, new or edited."""
        self._design = design
        self._texts.clear()
        self._load.set_design(design)
        events = design.scenario.events
        if self.selected is not None and self.selected >= len(events):
            self.selected = None
        self.axis.set_scenario(design.scenario.duration, tuple(event.at for event in events))
        self._describe()
        self.update()

    def set_comments(self, comments: Sequence[Comment]) -> None:
        """Show the comments about moments among these; those resolved are not."""
        self._comments = comments
        self._describe()
        self.update()

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """Take in what happened since the snapshot before."""
        self._load.add(snapshot.samples)
        self._notices.extend(n for n in snapshot.notices if n.kind != "event")
        self.axis.set_now(snapshot.time)
        self.update()

    def clear_run(self) -> None:
        """Forget the run; the events stay."""
        self._load.clear()
        self._notices.clear()
        self.axis.set_now(0.0)
        self.update()

    def go_back(self, instant: float) -> None:
        """The run went back to a time (s): what came later did not happen."""
        self._load.forget_after(instant)
        kept = [notice for notice in self._notices if notice.at <= instant]
        self._notices.clear()
        self._notices.extend(kept)
        self.axis.set_now(instant)
        self.update()

    def show_moment(self, instant: float) -> None:
        """Ask for a moment of the run; NaN, or one that is not yet, is now."""
        at_now = math.isnan(instant) or instant >= self.axis.now
        wanted = math.nan if at_now else instant
        same = wanted == self.axis.held or (at_now and math.isnan(self.axis.held))
        if not same:
            self.moment_requested.emit(wanted)

    def set_moment(self, instant: float) -> None:
        """Mark the moment that is looked at (s); NaN for now."""
        self.axis.hold(instant)
        for button in (self.live_button, self.fork_button):
            button.setVisible(not math.isnan(instant))
        self._describe()
        self.update()

    def set_range(self, start: float, end: float) -> None:
        """Show this range of simulated time."""
        self.axis.set_range(start, end)

    def set_cursor(self, instant: float) -> None:
        """Point at an instant; NaN for none."""
        self.axis.set_cursor(instant)

    def select(self, index: int | None) -> None:
        """Select an event by its place among the scenario's."""
        self.selected = index
        self._describe()
        self.update()

    def remove_event(self, index: int) -> None:
        """Ask for an event to be taken out."""
        if self._design is not None:
            self.edit_requested.emit(edits.remove(self._design, index))

    def add_event(self, at: float | None = None) -> None:
        """Open the form for a new event at this time (by default where the run or the cursor is)."""
        if self._design is None:
            return
        instant = round(max(self.axis.now, 0.0)) if at is None else at
        self._open(EventPopup(self._design, None, float(instant), self))

    def edit_event(self, index: int) -> None:
        """Open the form of an event."""
        if self._design is not None:
            event = self._design.scenario.events[index]
            self._open(EventPopup(self._design, index, event.at, self))

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(600, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Still readable."""
        return QSize(260, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the scene."""
        with QPainter(self) as painter:
            self._scene = self._make_scene()
            self._painter.paint(painter, self._scene)

    def chip_at(self, point: QPoint) -> str | None:
        """Which count of unseen events is at a point: ``earlier``, ``later`` or none."""
        chips = self._scene.chips if self._scene is not None else {}
        return next((key for key, rect in chips.items() if rect.contains(point)), None)

    def show_menu(self, index: int | None, instant: float, position: QPoint) -> None:
        """What can be done here."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if index is not None:
            menu.addAction("Edit…", lambda: self.edit_event(index))
            menu.addAction("Remove", lambda: self.remove_event(index))
        else:
            menu.addAction("Add event here…", lambda: self.add_event(instant))
            if instant < self.axis.now:
                menu.addAction("Look at this moment", lambda: self.show_moment(instant))
            menu.addAction("Show the whole run", self.axis.reset)
        menu.popup(position)

    def _build(self) -> None:
        """Title and the button that adds; the rest is painted."""
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Timeline")
        speak_as(self, QAccessible.Role.Chart)
        self.installEventFilter(self._hands)
        self._place(self._title, 16, 12)
        self._add_button.setIconSize(QSize(14, 14))
        self._add_button.setToolTip("Add an event (+)")
        self._add_button.setAccessibleName("Add an event")
        self._add_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._add_button.clicked.connect(self._add_clicked)
        self._place(self._add_button, 12, 32)
        self.live_button.setText("Live")
        self.live_button.setToolTip("Back to now (Alt+End)")
        self.live_button.setAccessibleName("Back to now")
        self.live_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.live_button.clicked.connect(lambda: self.show_moment(math.nan))
        self._place(self.live_button, 40, 32)
        self.live_button.hide()
        self.fork_button.setText("Go on here")
        self.fork_button.setToolTip(
            "Replay the run to this moment and go on from it, differently if you like (Ctrl+Shift+G)"
        )
        self.fork_button.setAccessibleName("Go on from this moment")
        self.fork_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fork_button.clicked.connect(self.fork_requested)
        self._place(self.fork_button, 8, 52)
        self.fork_button.hide()

    @staticmethod
    def _place(widget: QLabel | QToolButton, x: int, y: int) -> None:
        """Put a child at a fixed place."""
        widget.adjustSize()
        widget.move(x, y)

    def _make_scene(self) -> Scene:
        """Everything to draw, from what is known now."""
        ruler = self.ruler
        points = max(int((ruler.right - ruler.left) / _PIXELS_PER_POINT), 16)
        measured = self._load.measured(ruler.start, ruler.end, points)
        planned = self._load.planned(ruler.start, ruler.end, points)
        times = [event.at for event in self.events]
        marks = self.marks
        return Scene(
            ruler=ruler,
            measured=measured,
            planned=planned,
            top=self._load.top(measured, planned),
            now=self.axis.now,
            held=self.axis.held,
            cursor=self.axis.cursor if self._hands.instant is None else self._hands.instant,
            marks=marks,
            notices=self.notices,
            noted=lay_out_notices(self.notices, marks, ruler, self._painter.measure),
            comments=self.comments,
            selected=self.selected,
            earlier=sum(at < ruler.start for at in times),
            later=sum(at > ruler.end for at in times),
        )

    def _open(self, popup: EventPopup) -> None:
        """Show a form above the strip, at its event."""
        popup.edit_requested.connect(self.edit_requested)
        popup.adjustSize()
        x = round(self.ruler.x(popup.instant)) - popup.width() // 2
        popup.open_at(self.mapToGlobal(QPoint(x, -popup.height() - 6)))
        self._popup = popup

    def _add_clicked(self) -> None:
        """The button adds where the run is."""
        self.add_event()

    def _range_changed(self, start: float, end: float) -> None:
        """The axis moved."""
        self.update()
        self.range_changed.emit(start, end)

    def _cursor_moved(self, instant: float) -> None:
        """Somebody points at an instant, here or on a chart."""
        self.update()
        self.cursor_moved.emit(instant)

    def _describe(self) -> None:
        """Say for screen readers what is there and what is selected."""
        events = self.events
        count = f"{len(events)} events" if len(events) != 1 else "1 event"
        spoken = sum(each.at is not None and not each.resolved for each in self._comments)
        if spoken:
            count += f"; {spoken} comments" if spoken != 1 else "; 1 comment"
        chosen = ""
        if self.selected is not None:
            mark = next((m for m in self.marks if m.index == self.selected), None)
            text = mark.text if mark is not None else events[self.selected].kind.title
            chosen = f"; selected: {text} {when_text(events[self.selected])}"
        held = self.axis.held
        looked = "" if math.isnan(held) else f"; looking at {instant_text(held)}"
        self.setAccessibleDescription(count + chosen + looked)
