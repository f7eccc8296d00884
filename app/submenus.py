"""What fills the submenus when they open, and what Ctrl-K finds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from app import search_entries as search
from app.examples import Example, examples
from app.menus import Item
from app.places import shipped_designs
from engine.model.component import CATEGORIES
from engine.model.units import format_quantity
from widgets.canvas import WAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from app.searching import Entry
    from app.workbench import Workbench


MEMORY: Final = (5e8, 1e9, 2e9, 4e9, 8e9, 16e9, 32e9)
"""What a run may take (bytes), to choose from."""

HELP: Final = 12
"""Most places of the help among what Ctrl-K finds."""


class Submenus:
    """Lists that depend on the moment."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def fillers(self) -> dict[str, Callable[[], Iterable[Item]]]:
        """By submenu name."""
        return {
            "recent": self._recent,
            "examples": self._examples,
            "versions": self._versions,
            "theme": self._themes,
            "align": self._aligning,
            "memory": self._memory,
            "components": self._components,
        }

    def help_for(self, query: str) -> Iterator[Entry]:
        """What the help says about what was typed."""
        desk = self._bench.help
        desk.prepare()
        return search.help_entries(desk.seek(query, HELP), desk.opener)

    def entries(self) -> Iterator[Entry]:
        """Everything that can be found."""
        bench = self._bench
        yield from search.item_entries(bench.design, bench.components, bench.jump)
        yield from search.action_entries(bench.actions)
        yield from search.study_entries(bench.desk.choices(), bench.desk.ask)
        yield from search.chart_entries(bench.views.charts.panel)
        yield from search.component_entries(bench.components, bench.views.canvas.add_component)
        yield from search.frame_entries(bench.design, bench.selection, bench.views.canvas.add_frame)
        yield from search.setting_entries(bench.design, bench.components, bench.jump_to_field)
        yield from search.example_entries(
            examples(shipped_designs()), lambda each: bench.services.files.open_copy(each.path)
        )

    def _recent(self) -> Iterator[Item]:
        """Files opened or saved before."""
        for name in self._bench.services.settings.values.recent:
            path = Path(name)
            yield Item(f"{path.stem}   {path.parent}", self._opener(path))

    def _opener(self, path: Path) -> Callable[[], object]:
        """Open it; one that is gone leaves the list."""

        def show() -> None:
            if not path.exists():
                self._bench.services.settings.forget(path)
            self._bench.services.files.open(path)

        return show

    def _examples(self) -> Iterator[Item]:
        """Shipped designs, opened as copies."""
        for example in examples(shipped_designs()):
            yield Item(example.title, self._example(example))

    def _example(self, example: Example) -> Callable[[], object]:
        """Open one."""
        return lambda: self._bench.services.files.open_copy(example.path)

    def _versions(self) -> Iterator[Item]:
        """Earlier versions of the open file."""
        path = self._bench.services.document.path
        if path is None:
            return
        for version in self._bench.services.history.versions(path):
            when = version.saved_at.astimezone().strftime("%d %b %Y, %H:%M:%S")
            yield Item(when, self._version(version.path, path))

    def _version(self, version: Path, path: Path) -> Callable[[], object]:
        """Open one."""
        return lambda: self._bench.services.files.open_version(version, path)

    def _themes(self) -> Iterator[Item]:
        """The three choices."""
        for name in ("system", "dark", "light"):
            yield Item("", action=f"view.theme_{name}")

    def _aligning(self) -> Iterator[Item]:
        """Edges and middles to line up at, then equal gaps."""
        for way in WAYS:
            if way == "across":
                yield Item("-")
            yield Item("", action=f"align.{way}")

    def _memory(self) -> Iterator[Item]:
        """What a run may take."""
        limit = self._bench.services.settings.values.memory
        for size in MEMORY:
            mark = "✓" if size == limit else "\u2003"
            yield Item(f"{mark} {format_quantity(size, 'B')}", self._limiter(size))

    def _limiter(self, size: float) -> Callable[[], object]:
        """Set it, from the next start of a run on."""
        return lambda: self._bench.limit_memory(size)

    def _components(self) -> Iterator[Item]:
        """Every kind of component, by category."""
        parts = self._bench.components.values()
        for number, category in enumerate(CATEGORIES):
            of_category = [each for each in parts if each.category == category]
            if of_category and number:
                yield Item("-")
            for component in of_category:
                yield Item(component.title, self._adder(component.kind))

    def _adder(self, kind: str) -> Callable[[], object]:
        """Add one."""
        return lambda: self._bench.views.canvas.add_component(kind)
