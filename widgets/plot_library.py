"""The library that charts are drawn with, without the parts of it that no chart of the house needs.

It is written to be loaded whole, which takes longer than anything else that a window loads: half of that are widgets
that nothing here shows (trees of parameters, views of images, tables), and a good part of the rest is Qt, of which it
looks at every single name. So empty modules stand in for the former, and the latter is looked at before, some names a turn.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LIBRARY: Final = "pyqtgraph"
_ITEMS: Final = frozenset(
    (
        "AxisItem",
        "BarGraphItem",
        "ErrorBarItem",
        "FillBetweenItem",
        "GraphicsItem",
        "GraphicsObject",
        "GraphicsWidget",
        "GraphicsWidgetAnchor",
        "ItemGroup",
        "PlotCurveItem",
        "PlotDataItem",
        "ScatterPlotItem",
        "TextItem",
        "UIGraphicsItem",
        "ViewBox",
    )
)
"""Of what it draws with."""
_WIDGETS: Final = frozenset(("ColorButton", "GraphicsView"))
_LEFT_OUT: Final = frozenset(("imageview",))
_QT: Final = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
_NAMES: Final = 150
"""Names of Qt that are looked at in a turn."""
_BEFORE: Final = ("subprocess", "cProfile", "PySide6.QtSvg")
"""What it loads beside, and the frozen application has as well."""


class _Empty(ModuleType):
    """In place of a part that nothing here needs: it has what it is named after, which is nothing."""

    __all__: Sequence[str] = ()

    def __getattr__(self, name: str) -> None:
        """None for what the whole takes from it by name."""
        if name != self.__name__.rpartition(".")[2]:
            raise AttributeError(name)


class _Spared:
    """Finds an empty module wherever the library looks for a part that is left out."""

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        """Where a module is; None where this is for others to say."""
        return ModuleSpec(name, self) if is_spared(name) else None  # type: ignore[arg-type]  # a loader by its methods

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty one."""
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""


def is_spared(name: str) -> bool:
    """Whether a module is a part of the library that nothing here needs."""
    library, _, rest = name.partition(".")
    folder, _, part = rest.partition(".")
    if library != _LIBRARY:
        return False
    needed = {"graphicsItems": _ITEMS, "widgets": _WIDGETS}.get(folder)
    if needed is None:
        return folder in _LEFT_OUT
    return bool(part) and part.partition(".")[0] not in needed


def plot_library() -> Any:
    """The library, which has no types. It is loaded when it is first asked for."""
    if _LIBRARY not in sys.modules:
        spared = _Spared()
        sys.meta_path.insert(0, spared)
        try:
            importlib.import_module(_LIBRARY)
        finally:
            sys.meta_path.remove(spared)
            # By their names: some modules load others when they are asked what they are.
            for name in [name for name in sys.modules if is_spared(name)]:
                del sys.modules[name]  # who asks for it later gets the real one
    return sys.modules[_LIBRARY]


def loading() -> Iterator[None]:
    """Load it in steps, each of which is short."""
    if _LIBRARY in sys.modules:
        return
    for name in _BEFORE:
        importlib.import_module(name)
        yield
    for name in _QT:
        part = importlib.import_module(name)
        names = dir(part)
        for begin in range(0, len(names), _NAMES):
            for each in names[begin : begin + _NAMES]:
                getattr(part, each)
            yield
    plot_library()
    yield
