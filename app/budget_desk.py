"""The place of error budgets in the window: a page of the instruments over the time axis of all charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from engine.catalog.measures import title_of
from engine.model.alerts import budget_of
from engine.model.design import Objective
from engine.model.edits import SetDesign

if TYPE_CHECKING:
    from pydantic import JsonValue
    from PySide6.QtWidgets import QWidget

    from app.instruments import Instruments
    from app.lazy_charts import LazyCharts
    from app.services import Services
    from engine.model.design import Design
    from widgets.charts.budget_panel import BudgetPanel
    from widgets.charts.budgets import Budgeted
    from widgets.theme import ThemeManager

_PAGE: Final = "budget"
_HEIGHT: Final = 230
"""In which both charts can be read (logical pixels)."""
_AVAILABLE: Final = 0.999
"""Share of the requests that are answered, of the objective that is offered: three nines, as most begin with."""


class BudgetDesk(QObject):
    """Tells the page of the objectives. The panel is made when it is first wanted."""

    def __init__(
        self, services: Services, look: ThemeManager, place: Instruments, charts: LazyCharts
    ) -> None:
        """Take a page of the instruments."""
        super().__init__(place)
        self._services, self._look, self._charts = services, look, charts
        self._panel: BudgetPanel | None = None
        place.fill_page(_PAGE, self._made, _HEIGHT)
        services.document.changed.connect(lambda *_: self._show())
        services.document.replaced.connect(lambda *_: self._show())

    @property
    def panel(self) -> BudgetPanel:
        """The page itself."""
        if self._panel is None:
            # Here, not above: the window does not wait for the charts.
            from widgets.charts.budget_panel import BudgetPanel  # noqa: PLC0415

            self._panel = BudgetPanel(self._look, self._charts.panel)
            self._panel.export_requested.connect(self._charts.export_requested)
            self._panel.objective_wanted.connect(self._add)
            self._show()
        return self._panel

    def _made(self) -> QWidget:
        """The panel, when it is first shown."""
        return self.panel

    def _show(self) -> None:
        """The objectives may be others."""
        if self._panel is not None:
            design = self._services.document.design
            self._panel.set_budgets(budgets_of(design))
            offered = offered_objective(design)
            self._panel.offer_objective(
                "" if offered is None else f"Add “{_said(design, offered)}”"
            )

    def _add(self) -> None:
        """The objective that was offered is wanted."""
        design = self._services.document.design
        offered = offered_objective(design)
        if offered is not None:
            raw: list[JsonValue] = [
                each.model_dump(mode="json", by_alias=True, exclude_unset=True)
                for each in (*design.objectives, offered)
            ]
            self._services.document.push(SetDesign(("objectives",), raw, "Add an objective"))


def offered_objective(design: Design) -> Objective | None:
    """An objective with an error budget for the first client of a design; None where it has no client."""
    client = next((each.id for each in design.nodes if each.kind == "client"), None)
    if client is None:
        return None
    return Objective(metric=f"{client}.availability", above=_AVAILABLE)


def _said(design: Design, objective: Objective) -> str:
    """An objective in words, the time that counts included."""
    word, bound = (
        ("above", objective.above) if objective.above is not None else ("below", objective.below)
    )
    assert bound is not None
    share = f"{100.0 * bound:.10g} %"
    return " ".join(filter(None, (title_of(design, objective.metric), word, share, objective.when)))


def budgets_of(design: Design) -> tuple[Budgeted, ...]:
    """The objectives of a design that have an error budget, each once, in words."""
    from widgets.charts.budgets import Budgeted  # noqa: PLC0415 - the window does not wait for it

    found = {}
    for each in design.objectives:
        if budget_of(each.metric, each.above, each.below) is None:
            continue
        begin = design.scenario.warmup if each.from_ is None else each.from_
        made = Budgeted(each, _said(design, each), begin, each.to or design.scenario.duration)
        found[made.key] = made
    return tuple(found.values())
