"""The views of a window, made once, and told of every new theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.banner import BannerArea
from app.inspector_place import InspectorPlace
from app.lazy_charts import LazyCharts
from app.outline import OutlinePanel
from app.status_bar import StatusBar
from widgets.canvas import CanvasView
from widgets.instruments import TimeAxis
from widgets.palette import PalettePanel
from widgets.timeline import TimelineStrip
from widgets.transport import TransportBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.component import Component
    from engine.model.design import Design, Event
    from widgets.inspector import InspectorPanel
    from widgets.theme import Theme, ThemeManager


@dataclass(frozen=True, slots=True)
class Views:
    """Everything in the window that shows or edits something."""

    canvas: CanvasView
    palette: PalettePanel
    outline: OutlinePanel
    inspector_place: InspectorPlace
    charts: LazyCharts
    timeline: TimelineStrip
    transport: TransportBar
    banners: BannerArea
    status: StatusBar

    @property
    def inspector(self) -> InspectorPanel:
        """Made when it is first asked for, which is right after the first paint."""
        return self.inspector_place.panel


def build_views(components: Sequence[Component], look: ThemeManager) -> Views:
    """Make the views and keep them in the theme."""
    by_kind = {component.kind: component for component in components}
    theme, icons = look.theme, look.icons
    axis = TimeAxis()
    views = Views(
        canvas=CanvasView(by_kind, theme, icons),
        palette=PalettePanel(components, look),
        outline=OutlinePanel(by_kind, look),
        inspector_place=InspectorPlace(components, look),
        charts=LazyCharts(look, axis, by_kind),
        timeline=TimelineStrip(theme, axis, icons, tell=_told),
        transport=TransportBar(theme, icons),
        banners=BannerArea(look),
        status=StatusBar(look),
    )

    def dress(theme: Theme) -> None:
        views.canvas.set_theme(theme, icons)
        views.timeline.set_theme(theme)
        views.transport.set_theme(theme, icons)

    views.canvas.framed.connect(views.charts.begin_frame)
    look.changed.connect(dress)
    return views


def _told(design: Design, event: Event) -> str:
    """An event in the words of the components: the views know no fields of theirs."""
    from engine.catalog import describe  # noqa: PLC0415 - few designs have events, and none needs them to start

    return describe(event, design)
