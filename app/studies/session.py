"""Studies of the open design: answers what the panel asks, and shows it what comes of it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from app.errands import Errand
from app.naming import name_of
from app.studies.asking import items_of, metrics_of, settings_of
from app.studies.looks import named
from app.studies.map_keeper import MapKeeper
from app.studies.naming import setting_title
from app.studies.planner import Planner
from app.studies.running import RunningStudy
from engine.catalog.measures import title_of
from engine.model.files import shown_name
from widgets.study import Choice, StudyPanel
from widgets.turns import Turns, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from app.dialogs import Dialogs
    from app.services import Services
    from app.studies.news import Planned
    from engine.model.changes import Changes
    from engine.model.design import Design
    from engine.study import Cell, Report
    from widgets.study import StudyRequest
    from widgets.study.picture import Picture
    from widgets.theme import Theme, ThemeManager


_OF_FAILURES: Final = frozenset({"experiments", "blast"})
"""Tables whose rows are about a failure."""
_MANY: Final = 100
"""Nodes and links from which on a design is large."""
_LOOKS = "Looking at what it takes …"
_STARTS = "Starts as soon as it is planned …"
_FROM_FILES: Final = "file"
"""The field that names designs in files: what they hold may have changed since the study was planned."""


class StudySession(QObject):
    """The panel and the study that runs, or ran last."""

    said = Signal(str)
    """Something to tell the person, in a line."""
    left = Signal()
    """The panel was closed."""

    def __init__(
        self, services: Services, look: ThemeManager, dialogs: Dialogs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._files, self._dialogs = services.document, services.files, dialogs
        self._errands = services.errands
        self.running = RunningStudy(self, services.places.studies)
        self._planner = Planner(self)
        self._wished = False
        """Whether the study is to start as soon as it is planned."""
        self.map = MapKeeper(self)
        self.panel = StudyPanel(look.theme, look.icons)
        self.turns = Turns(self)
        """Find out what a large design has."""
        look.changed.connect(self._dress)
        self._document.changed.connect(self._follow_changes)
        self._document.replaced.connect(lambda _design: self._follow_design())
        self._connect_panel()

    def follow(self) -> None:
        """Offer what the open design has; what was found stays until the next study.

        What large designs have is found out in several turns of the event loop.
        """
        design = self._document.design
        self.turns.forget()
        self.turns.do(self._following(design), is_long=_is_large(design))
        self._plan(self.panel.form.request)

    def _following(self, design: Design) -> Iterator[None]:
        """Find out what a design has, in steps."""
        yield  # whoever opens the page sees it first
        yield from in_turns(self._finding(design))

    def _finding(self, design: Design) -> Iterator[None]:
        """The same in steps of which each is short, but for the first one about a kind of node."""
        settings = yield from _listed(settings_of(design), partial(setting_title, design))
        metrics = yield from _listed(metrics_of(design), partial(title_of, design))
        items = yield from _listed(items_of(design), partial(name_of, design), alone=False)
        self.panel.form.set_choices(settings, metrics, items)

    def _follow_changes(self, _design: Design, changes: Changes) -> None:
        """The design changed: what was painted on it may not be true any more."""
        if changes.affects_run:
            self.map.forget()
        self._follow_seen()

    def _follow_design(self) -> None:
        """Another design is open."""
        self._wished = False
        self.map.forget()
        self._follow_seen()

    def _follow_seen(self) -> None:
        """Offer what the design has where somebody sees it; else it is done when the page is seen again."""
        if self.panel.isVisible():
            self.follow()

    def look_at(self, items: frozenset[str]) -> None:
        """Something was selected on the canvas: under a map, show whom its failure reaches."""
        if len(items) == 1:
            key = self.map.look_at(next(iter(items)))
            if key:
                self.panel.results.choose_row("experiments", *key)

    def widen(self) -> None:
        """Choose no failure any more: the map shows all of them."""
        self.panel.results.choose_row("")
        self.map.choose_all()

    def close(self) -> None:
        """End what runs, without a word."""
        self._planner.close()
        self.running.close()

    def _connect_panel(self) -> None:
        """Who hears whom."""
        panel, running = self.panel, self.running
        panel.form.changed.connect(self._ask)
        self._planner.planned.connect(self._take_plan)
        panel.form.started.connect(self._start)
        panel.form.cancelled.connect(running.cancel)
        panel.form.file_wanted.connect(self._choose_file)
        panel.export_requested.connect(self._export)
        panel.closed.connect(self.left)
        panel.results.row_chosen.connect(self._choose)
        panel.map_wanted.connect(self.map.show)
        panel.map_unwanted.connect(self.map.hide)
        self.map.shown_changed.connect(panel.show_map_state)
        running.progressed.connect(panel.show_progress)
        running.reported.connect(self._show)
        running.ended.connect(self._end)

    @property
    def planning(self) -> bool:
        """Whether it is still found out what the study would take."""
        return self._planner.busy

    def _ask(self, request: StudyRequest) -> None:
        """Something else was typed: what was to start before is not wanted any more."""
        self._wished = False
        self._plan(request)

    def _plan(self, request: StudyRequest) -> None:
        """Find out what the study would take, or why it cannot be."""
        if not self.running.active:
            self.panel.form.show_plan(_STARTS if self._wished else _LOOKS)
            self._planner.ask(request, self._document.design)

    def _take_plan(self, planned: Planned) -> None:
        """Say what it would take, and start it where that was wished meanwhile."""
        asked, form = self._planner.question, self.panel.form
        if asked is None or asked.request != form.request or self.running.active:
            return  # something else was typed, and is asked in a moment
        wished, self._wished = self._wished, False
        if planned.problem:
            form.show_problem(planned.problem)
            return
        form.show_plan(planned.words)
        if wished:
            self._begin(planned, asked.design)

    def _start(self, request: StudyRequest) -> None:
        """Run what was planned, or wait for the plan."""
        design = self._document.design
        planned = self._planner.answer(request, design)
        if planned is None or _FROM_FILES in request.values:
            self._wished = True
            self._plan(request)
        elif planned.problem:
            self.panel.form.show_problem(planned.problem)
        else:
            self._begin(planned, design)

    def _begin(self, planned: Planned, design: Design) -> None:
        """Run it."""
        study = planned.study
        assert study is not None, "a plan without a problem has a study"
        self.panel.set_title(planned.title)
        items = (*design.node_by_id, *design.link_by_id, *design.frame_by_id)
        self.panel.set_names({each: name_of(design, each) for each in items})
        self.panel.show_report(None, None)
        self.panel.form.set_running(True)
        self.map.begin(study)
        self.running.start(study, planned.digest, partial(named, design))

    def _show(self, report: Report, shown: tuple[Report, Picture | None]) -> None:
        """Show what can be said so far."""
        self.panel.show_report(*shown)
        self.map.take(report)

    def _choose(self, table: str, row: Mapping[str, Cell] | None) -> None:
        """A row was chosen: show on the canvas whom that failure reaches."""
        if row is not None and table in _OF_FAILURES:
            self.map.choose(str(row["target"]), str(row["fault"]))
        elif row is None:
            self.map.choose_all()

    def _end(self, text: str) -> None:
        """Nothing runs any more."""
        self.panel.show_end(text)
        self.panel.form.set_running(False)
        self._plan(self.panel.form.request)
        if not self.panel.isVisible():
            self.said.emit(f"Study: {text}")

    def _choose_file(self) -> None:
        """Take a design to compare with."""
        chosen = self._dialogs.open_path(self._files.folder())
        if chosen is not None:
            self.panel.form.add_file(str(chosen))

    def _export(self) -> None:
        """Write the numbers where the person says."""
        stem = self._files.file_stem()
        path = self._dialogs.table_path(self._files.folder() / f"{stem}-study.csv")
        if path is None:
            return
        self._errands.send(
            Errand(
                f"Saving {shown_name(path)}",
                self.running.exporter(path),
                lambda files: self.said.emit(f"Saved {' and '.join(each.name for each in files)}"),
                lambda error: self.said.emit(str(error)),
            )
        )

    def _dress(self, theme: Theme) -> None:
        """Take the colours of the theme."""
        self.panel.set_theme(theme)


def _is_large(design: Design) -> bool:
    """Whether it takes long to find out all that it has."""
    return len(design.nodes) + len(design.links) >= _MANY


def _listed(
    paths: Iterable[str], title: Callable[[str], str], *, alone: bool = True
) -> Generator[None, None, list[Choice]]:
    """What a field may name, in steps; where two have one name and each is to stand ``alone``, with their paths."""
    titles: dict[str, str] = {}
    for path in paths:
        titles[path] = title(path)
        yield
    often = Counter(titles.values())
    found: list[Choice] = []
    for path, text in titles.items():
        clear = often[text] == 1 or not alone
        found.append(Choice(path, text if clear else f"{text} ({path})"))
        yield
    return found
