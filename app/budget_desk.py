"""The place of error budgets in the window: a page of the instruments over the time axis of all charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from engine.catalog.measures import title_of
from engine.model.alerts import budget_of

if TYPE_CHECKING:
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
            self._show()
        return self._panel

    def _made(self) -> QWidget:
        """The panel, when it is first shown."""
        return self.panel

    def _show(self) -> None:
        """The objectives may be others."""
        if self._panel is not None:
            self._panel.set_budgets(budgets_of(self._services.document.design))


def budgets_of(design: Design) -> tuple[Budgeted, ...]:
    """The objectives of a design that have an error budget, each once, in words."""
    from widgets.charts.budgets import Budgeted  # noqa: PLC0415 - the window does not wait for it

    found = {}
    for each in design.objectives:
        if budget_of(each.metric, each.above, each.below) is None:
            continue
        word, bound = ("above", each.above) if each.above is not None else ("below", each.below)
        assert bound is not None
        share = f"{100.0 * bound:.10g} %"
        label = " ".join(filter(None, (title_of(design, each.metric), word, share, each.when)))
        begin = design.scenario.warmup if each.from_ is None else each.from_
        made = Budgeted(each, label, begin, each.to or design.scenario.duration)
        found[made.key] = made
    return tuple(found.values())
