"""A plot's two axes around its box, and nothing else: what makes one of pyqtgraph's own plots is its menus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsItem, QSizePolicy, QWidget

from widgets.plot_library import plot_library

if TYPE_CHECKING:
    import pyqtgraph as pg
else:
    pg = plot_library()

_AXES: Final = {"left": (0, 0), "bottom": (1, 1)}
"""By their sides, rows and columns around the box."""
_BOX: Final = (0, 1)


class PlotFrame(pg.GraphicsWidget):  # type: ignore[misc]  # the library has no types
    """Places the box between its axes."""

    def __init__(self) -> None:
        """A box without curves, and axes that follow it."""
        super().__init__()
        self.box: Any = pg.ViewBox(parent=self, enableMenu=False, enableMouse=False)
        self.axes: dict[str, Any] = {}
        self.grid = QGraphicsGridLayout()
        self.setLayout(self.grid)
        self.grid.setSpacing(0.0)
        self.grid.addItem(self.box, *_BOX)
        for side, place in _AXES.items():
            axis = self.axes[side] = pg.AxisItem(orientation=side, parent=self)
            axis.linkToView(self.box)
            axis.setZValue(0.5)
            axis.setFlag(QGraphicsItem.GraphicsItemFlag.ItemNegativeZStacksBehindParent)
            self.grid.addItem(axis, *place)
        self.grid.setRowStretchFactor(_BOX[0], 1)
        self.grid.setColumnStretchFactor(_BOX[1], 1)


def framed(parent: QWidget) -> tuple[Any, PlotFrame]:
    """A view without a background of its own, and the frame in it that fills it."""
    view: Any = pg.GraphicsView(parent, background=None)
    view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    view.enableMouse(False)  # noqa: FBT003 - the library's signature
    frame = PlotFrame()
    view.setCentralItem(frame)
    return view, frame
