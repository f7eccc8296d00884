"""What studies found, with metrics and settings by the names that people know."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

from engine.catalog.measures import with_titles
from engine.model.names import name_of
from engine.study.knobs import knob_names

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.study import Report
    from widgets.study.picture import Picture

_Shown = TypeVar("_Shown")


def setting_title(design: Design, path: str) -> str:
    """What people call a setting: ``Web · workers`` for ``web.workers``."""
    item, _, rest = path.partition(".")
    return f"{name_of(design, item)} · {rest}" if rest else path


class Names:
    """Puts names into what was found in a design."""

    def __init__(self, design: Design) -> None:
        """The names of this design."""
        self._design = design
        self._texts: dict[str, str] = {}
        """What texts became: the same ones stand in thousands of rows."""
        self._settings = {each: setting_title(design, each) for each in knob_names(design)}

    def in_report(self, report: Report) -> Report:
        """What people read of a report; what programs read stays as it is."""
        tables = tuple(
            replace(
                table,
                title=self.text(table.title),
                columns=tuple(replace(each, title=self.text(each.title)) for each in table.columns),
                rows=tuple(
                    tuple(self.text(cell) if isinstance(cell, str) else cell for cell in row)
                    for row in table.rows
                ),
            )
            for table in report.tables
        )
        said = tuple(self.text(each) for each in report.sentences)
        return replace(report, title=self.text(report.title), sentences=said, tables=tables)

    def in_picture(self, picture: Picture | None) -> Picture | None:
        """All words of a picture."""
        return None if picture is None else self._within(picture)

    def text(self, text: str) -> str:
        """A text with names."""
        if text not in self._texts:
            self._texts[text] = with_titles(self._design, text, self._settings)
        return self._texts[text]

    def _within(self, shown: _Shown) -> _Shown:
        """A value with names in all its texts."""
        if isinstance(shown, str):
            return cast("_Shown", self.text(shown))
        if isinstance(shown, tuple):
            return cast("_Shown", tuple(self._within(each) for each in shown))
        if is_dataclass(shown) and not isinstance(shown, type):
            parts = {each.name: self._within(getattr(shown, each.name)) for each in fields(shown)}
            return cast("_Shown", replace(shown, **parts))
        return shown
