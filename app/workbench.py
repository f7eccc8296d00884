"""Puts services and views together: who hears whom. It decides nothing that one of them can decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt

from app.actions import ActionSet
from app.banner import Message
from app.board_desk import BoardDesk
from app.bottleneck import bottleneck_words, faster_words
from app.break_menu import break_edit, repair_edit
from app.breakpoints_card import BreakpointsCard
from app.budget_desk import BudgetDesk
from app.causes_desk import CausesDesk
from app.context_menu import BreakMenus, canvas_menu, item_menu
from app.distances_card import DistancesCard
from app.file_messages import FileMessages
from app.findings_panel import FindingsPanel
from app.help_desk import HelpDesk
from app.incident_desk import IncidentDesk
from app.overlay import Overlay
from app.result_card import ResultCard
from app.run_messages import FIRST, RunMessages
from app.runs_card import RunsCard
from app.status_bar import past_line, rest_line, run_line
from app.studies.desk import StudyDesk
from app.time_travel import TimeTravel
from app.traces_desk import TracesDesk
from app.versions_desk import VersionsDesk
from app.what_if_desk import WhatIfDesk
from app.why_card import WhyCard
from engine.model.edits import SetDesign
from engine.model.units import format_quantity
from engine.run.protocol import Explain
from widgets.theme import window_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QMenu

    from app.break_menu import Fault
    from app.dialogs import Dialogs
    from app.services import Services
    from app.traces_desk import Wanted
    from app.views import Views
    from app.window import MainWindow
    from engine.model.changes import Changes
    from engine.model.component import Component
    from engine.model.design import Design
    from engine.model.findings import Finding
    from engine.sim.snapshot import Sample, Snapshot
    from engine.why.what_if import Supposed
    from widgets.theme import ThemeManager

LEAD: Final = 0.1
"""Wall seconds by which a fault is set ahead, so that the run meets its time exactly."""


class Workbench(QObject):
    """A window at work."""

    def __init__(
        self,
        window: MainWindow,
        views: Views,
        services: Services,
        look: ThemeManager,
        components: Mapping[str, Component],
        dialogs: Dialogs,
    ) -> None:
        super().__init__(window)
        self.window, self.views, self.services = window, views, services
        self.look, self.components = look, components
        self.actions = ActionSet(window)
        self.findings_panel = FindingsPanel(window, look)
        self.distances = DistancesCard(window, look)
        self.why = WhyCard(window, look)
        self.what_if = WhatIfDesk(window, look, services)
        self.result_card = ResultCard(window, look)
        self.runs = RunsCard(window, look, services.keeper)
        self.breakpoints = BreakpointsCard(window, look, services.run, services.document)
        self._is_measured = False
        self.breaks = BreakMenus(components, look, self.break_it)
        self.desk = StudyDesk(services, look, window.instruments, dialogs)
        self.traces = TracesDesk(services, look, window.instruments)
        self.travel = TimeTravel(views, services.run)
        self.board = BoardDesk(services, look, window.instruments, self.travel)
        self.budgets = BudgetDesk(services, look, window.instruments, views.charts)
        self.incidents = IncidentDesk(services, look, window.instruments, views)
        self.versions = VersionsDesk(services, look, window.instruments)
        self.help = HelpDesk(services, look, window.instruments)
        self.selection: frozenset[str] = frozenset()
        CausesDesk(services, views, self.travel)
        self.travel.moved.connect(self.versions.show_moment)
        self.file_messages = FileMessages(services, views.banners, views.canvas.paste, self.say)
        RunMessages(services.run, views.banners, self.show_findings, self.breakpoints.open)
        self._connect_document()
        self._connect_run()
        self._connect_views()
        self._connect_findings()
        self._connect_theory()
        self._connect_measurement()

    @property
    def design(self) -> Design:
        """The open design."""
        return self.services.document.design

    @property
    def chosen(self) -> str | None:
        """The one selected item; None for none or several."""
        return next(iter(self.selection)) if len(self.selection) == 1 else None

    # -- what is asked from several places --------------------------------------------------------

    def jump(self, item_id: str) -> None:
        """Select an item and bring it into view."""
        self.reveal(item_id)
        self.views.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self, item_id: str) -> None:
        """Bring an item into view beside the card that is open, such as the chain of causes, not under it."""
        canvas = self.views.canvas
        cards = self.window.findChildren(Overlay)
        canvas.reveal(item_id, max((card.covers(canvas) for card in cards), default=0))

    def jump_to_field(self, item_id: str, field: str) -> None:
        """Select an item and go to one of its settings."""
        self.jump(item_id)
        self.views.inspector.focus_field(f"config.{field}")

    def break_it(self, item_id: str, fault: Fault, duration: float | None) -> None:
        """Add a fault to the scenario, now."""
        run = self.services.run
        lead = LEAD * run.rates().speed if run.running else 0.0
        edit = break_edit(self.design, item_id, fault, run.now + lead, duration)
        self.services.document.push(edit)

    def repair(self, item_id: str | None) -> None:
        """End the faults of an item, or all of them."""
        edit = repair_edit(self.design, item_id, self.services.run.now)
        if edit is None:
            self.views.status.flash("Nothing is broken here.")
        else:
            self.services.document.push(edit)

    def say(self, text: str) -> None:
        """Report something that did not work, above the canvas."""
        self.views.banners.show_message(Message("message", text))

    def tell(self, text: str) -> None:
        """Say what was done where that is not plain to see, above the canvas."""
        self.views.banners.show_message(Message("told", text, "info"))

    def apply_motion(self) -> None:
        """Have the canvas move, or not, as the settings say."""
        reduced = self.services.settings.values.reduced_motion
        self.views.canvas.set_motion("reduced" if reduced else "full")

    def limit_memory(self, size: float) -> None:
        """What a run may take (bytes), from its next start on."""
        services = self.services
        services.settings.update(memory=size)
        services.run.set_memory(size)
        services.measurement.set_memory(size)
        self.views.status.flash(
            f"From its next start on, a run may take {format_quantity(size, 'B')}"
        )

    def show_findings(self) -> None:
        """Open the list of findings."""
        self.findings_panel.open()

    def explain(self) -> None:
        """Ask why something went wrong at the moment that is looked at: at the node that is selected, or with the clients."""
        run, chosen = self.services.run, self.chosen
        moment = self.travel.at if self.travel.looks_back else None
        question = Explain(moment, chosen if chosen in self.design.node_by_id else None)
        self.why.ask(question if run.has_run else None)
        if run.has_run:
            run.explain(question)
            self.why.show_bottleneck(bottleneck_words(self.design, self.services.theory.theory))
            self.services.analysis.ask("what_if", self.services.theory.load, "")

    def _suppose(self, topic: str, supposed: Supposed | None) -> None:
        """Theory says what a faster bottleneck would change."""
        if topic == "what_if" and self.why.isVisible():
            known = bottleneck_words(self.design, self.services.theory.theory)
            self.why.show_bottleneck(f"{known} {faster_words(self.design, supposed)}".strip())

    def show_traces(self, wanted: Wanted = "slowest") -> None:
        """Show single requests: through the node that is selected, about the moment that is looked at."""
        node = self.chosen if self.chosen in self.design.node_by_id else None
        self.traces.show(wanted, node, self.travel.at)

    def measure(self) -> None:
        """Measure the open design from the start, beside the sandbox."""
        self._is_measured = True
        self.result_card.begin(self.design)
        self.services.measurement.start(self.design)

    # -- who hears whom ---------------------------------------------------------------------------

    def _connect_document(self) -> None:
        """Views follow the document; what they ask for becomes an edit."""
        document, views = self.services.document, self.views
        document.changed.connect(self._show_changes)
        document.replaced.connect(self._show_design)
        document.state_changed.connect(self._show_title)
        document.refused.connect(views.status.flash)
        for source in (views.canvas, views.inspector, views.timeline):
            source.edit_requested.connect(document.push)
        self.findings_panel.fix_requested.connect(document.push)
        self.distances.edit_requested.connect(document.push)
        self.distances.jump_requested.connect(self.jump)
        views.inspector.recording_wanted.connect(self._load_recording)
        views.inspector.keyboard_freed.connect(views.canvas.setFocus)
        files = self.services.files
        files.leaving.connect(views.canvas.finish_edits)
        files.failed.connect(self.say)
        files.taken.connect(self.tell)
        files.saved.connect(lambda: views.status.set_saved(dirty=False, saved_now=True))
        files.opened.connect(lambda: views.banners.dismiss("message"))
        self.services.recovery.trouble.connect(views.status.set_trouble)
        self.services.errands.told.connect(views.status.work.show_work)
        views.status.work.stop_clicked.connect(self.services.errands.stop)
        self.window.came_to_front.connect(files.look)

    def _connect_run(self) -> None:
        """Views follow the run; the transport steers it."""
        run, transport = self.services.run, self.views.transport
        run.snapshot.connect(self._show_snapshot)
        self.travel.moved.connect(lambda _at: self._show_run())
        self.travel.refused.connect(self.views.status.flash)
        run.repeated.connect(self._show_repeated)
        run.load_set.connect(transport.set_load)
        run.load_set.connect(self.services.theory.set_load)
        self.runs.overlay_requested.connect(self._overlay)
        self.services.keeper.failed.connect(self.say)
        self.services.keeper.told.connect(self.views.status.flash)
        transport.breakpoints_requested.connect(self.breakpoints.open)
        run.cleared.connect(self._clear_run)
        run.running_changed.connect(transport.set_running)
        for told in (run.running_changed, run.answering):
            told.connect(lambda _how: self._show_run())
        run.measured.connect(self._show_result)
        run.explained.connect(self.why.show_answer)
        run.unanswered.connect(self.why.show_unanswered)
        run.cleared.connect(self.why.close_card)
        self.why.jump_requested.connect(self.jump)
        self.why.moment_requested.connect(self.travel.show_moment)
        self.views.inspector.causes.item_requested.connect(self.jump)
        self.views.inspector.causes.all_requested.connect(self.explain)
        self.why.help_wanted.connect(lambda: self.what_if.ask(self.chosen))
        self.why.traces_wanted.connect(self.show_traces)
        self.services.analysis.answered.connect(self._suppose)
        self.traces.item_requested.connect(self.views.canvas.reveal)
        self.board.item_requested.connect(self.views.canvas.reveal)
        self.views.charts.traces_requested.connect(self.traces.show)
        self.window.why_clicked.connect(self.explain)
        transport.run_toggled.connect(run.set_running)
        transport.step_time_requested.connect(run.step_time)
        transport.step_request_requested.connect(run.step_request)
        transport.restart_requested.connect(run.restart)
        transport.speed_changed.connect(run.set_speed)
        transport.load_changed.connect(run.set_load)
        transport.seed_changed.connect(self._set_seed)

    def _connect_views(self) -> None:
        """Selection and menus."""
        views = self.views
        views.canvas.selection_changed.connect(self._select)
        views.canvas.context_requested.connect(self._show_menu)
        views.canvas.message.connect(views.status.flash)
        views.canvas.space_tapped.connect(self.services.run.toggle)
        views.canvas.activated.connect(self._edit_item)
        views.palette.place_requested.connect(views.canvas.add_component)
        views.palette.link_requested.connect(views.canvas.add_linked)
        views.outline.selected.connect(views.canvas.select)
        views.status.findings_clicked.connect(self.show_findings)

    def _connect_findings(self) -> None:
        """Findings sit on the items, in the list and in the count."""
        self.services.findings.changed.connect(self._show_findings)
        self.services.findings.pending.connect(lambda _why: self.views.status.expect_findings())
        self.services.findings.pending.connect(self.findings_panel.expect_findings)
        self.findings_panel.jump_requested.connect(self.jump)

    def _connect_theory(self) -> None:
        """Predictions are for the load that the dial sets, and for the present time of the run."""
        theory, views = self.services.theory, self.views
        theory.changed.connect(views.inspector.set_theory)
        theory.pending.connect(views.inspector.expect_theory)
        views.transport.load_changed.connect(theory.set_load)

    def _connect_measurement(self) -> None:
        """The card follows the measurement; closing it half-way ends both."""
        measurement, card = self.services.measurement, self.result_card
        measurement.progressed.connect(card.set_progress)
        measurement.finished.connect(card.show_result)
        measurement.finished.connect(self._chart_result)
        measurement.failed.connect(card.show_failure)
        card.cancelled.connect(measurement.cancel)
        self.window.measure_clicked.connect(self.measure)
        self.window.study_clicked.connect(self.desk.toggle)
        self.desk.said.connect(self.views.status.flash)
        self.desk.mapped.connect(self.views.canvas.show_map)
        self.views.canvas.map_dismissed.connect(self.desk.dismiss_map)
        self.views.canvas.map_back_requested.connect(self.desk.widen_map)
        self.views.canvas.selection_changed.connect(self.desk.look_at)

    # -- showing ----------------------------------------------------------------------------------

    def _chart_result(self, result: dict[str, object]) -> None:
        """Put what was measured behind the charts, unless the design changed meanwhile."""
        if self._is_measured:
            self.views.charts.set_measured(result)

    def _forget_result(self) -> None:
        """What was measured is no longer true of the open design."""
        self._is_measured = False
        self.views.charts.set_measured(None)

    def _show_design(self, design: Design) -> None:
        """Another design is open."""
        views = self.views
        self._forget_result()
        self.selection = frozenset()
        views.canvas.set_design(design)
        views.charts.set_design(design)
        views.timeline.set_design(design)
        views.outline.set_design(design)
        views.inspector.set_selection(())
        views.inspector.set_design(design)
        self.distances.set_design(design)
        self.why.set_design(design)
        views.transport.set_seed(design.scenario.seed)
        views.status.forget_saved()

    def _load_recording(self, client: str) -> None:
        """Load recorded arrivals into a client; what is wrong stands below the field."""

        def refuse(problem: str) -> None:
            if self.chosen == client:
                self.views.inspector.refuse("config.arrivals.times", problem)
            else:
                self.say(problem)

        refuse("")
        self.services.files.ask_recording(client, refuse)

    def _show_changes(self, design: Design, changes: Changes) -> None:
        """The open design changed."""
        views = self.views
        views.canvas.apply_changes(design, changes)
        self.distances.set_design(design)
        self.why.set_design(design)
        if changes.affects_run:
            self._forget_result()
            views.charts.set_design(design)
            views.timeline.set_design(design)
            views.outline.set_design(design)
        if changes.settings:
            views.transport.set_seed(design.scenario.seed)
        views.inspector.set_design(design)

    def _show_title(self) -> None:
        """The title, the path or the dirty mark changed."""
        document = self.services.document
        self.window.title_block.set_title(document.title, dirty=document.is_dirty)
        self.window.setWindowTitle(f"{window_title(document.title)}[*] – Windtunnel")
        self.window.setWindowModified(document.is_dirty)
        self.window.setWindowFilePath(str(document.path or ""))
        self.views.status.set_saved(dirty=document.is_dirty)

    def _show_snapshot(self, snapshot: Snapshot, elapsed: float) -> None:
        """Feed the views."""
        self.travel.take(snapshot, elapsed)
        self.services.theory.set_time(snapshot.time)
        self._show_run()

    def _clear_run(self) -> None:
        """A run begins."""
        self.travel.clear()

    def _show_run(self) -> None:
        """Say how the run goes."""
        run, latest = self.services.run, self.services.run.latest
        worst = next(iter(self.services.findings.findings), None)
        waiting = ""
        if self.travel.looks_back:
            text = past_line(self.travel.at, run.now, is_running=run.running)
        elif run.running and worst is not None and worst.level == "error":
            text = waiting = f"Not running: {worst.message}"
        elif run.running and not run.answers:
            text = "Not running: the engine does not answer"
        elif run.running:
            text, waiting = run_line(run.rates(), run.speed), FIRST
        elif latest is None:
            text = "Ready"
        else:
            text = rest_line(latest.time, latest.requests, latest.wall)
        self.views.status.set_run_text(text)
        self.views.charts.set_waiting(waiting)

    def _show_repeated(self, problem: str) -> None:
        """A kept run was repeated, or not."""
        if problem:
            self.say(f"The run was not repeated: {problem}.")
        else:
            self.views.status.flash("Repeated to where it ended; Space goes on from here.")

    def _overlay(self, samples: list[Sample], title: str) -> None:
        """Lay another run behind the charts."""
        self.views.charts.lay_behind(samples)
        self.views.status.flash(f"Dimmed in the charts: {title}.")

    def _show_result(self, result: dict[str, object]) -> None:
        """The scenario's end was passed: say whether the objectives were met."""
        objectives = result.get("objectives")
        if isinstance(objectives, list) and objectives:
            met = sum(bool(each.get("met")) for each in objectives)
            self.views.status.flash(f"Measured: {met} of {len(objectives)} objectives met")

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Findings changed."""
        by_item = self.services.findings.by_item()
        self.views.canvas.set_findings(by_item)
        self.views.inspector.set_findings(findings)
        self.views.status.set_findings(findings)
        self.findings_panel.set_findings(self.design, findings)
        self._show_run()

    def _show_menu(self, item_id: str | None, where: QPoint) -> None:
        """Right click."""
        if item_id is None:
            menu = canvas_menu(self.window, self.actions)
        else:
            if item_id not in self.selection:
                self.views.canvas.select(frozenset({item_id}))
            menu = item_menu(
                self.window,
                self.actions,
                lambda sub: self.breaks.fill(sub, self.design, item_id),
                several=len(self.selection) > 1,
                is_node=item_id in self.design.node_by_id,
            )
        menu.popup(where)

    def _select(self, ids: frozenset[str]) -> None:
        """The selection changed on the canvas."""
        self.selection = ids
        self.views.inspector.set_selection(tuple(sorted(ids)))
        self.views.outline.select(ids)
        self.versions.choose(self.chosen)

    def _edit_item(self, item_id: str) -> None:
        """Enter or a double click: go to the first setting of an item."""
        self.views.canvas.select({item_id})
        node = self.design.node_by_id.get(item_id)
        component = self.components.get(node.kind) if node is not None else None
        if component is not None:
            self.views.inspector.focus_field(f"config.{next(iter(component.config.model_fields))}")
        elif item_id in self.design.link_by_id:
            self.views.inspector.focus_field("config.timeout")
        else:
            self.views.inspector.focus_name()

    def _set_seed(self, seed: int) -> None:
        """Another seed is an edit like any other."""
        from_dial = SetDesign(("scenario", "seed"), seed, "Change seed")
        self.services.document.push(from_dial)

    def fill_breaks(self, menu: QMenu) -> None:
        """Fill a *Break it* menu for the selected item."""
        self.breaks.fill(menu, self.design, self.chosen)
