"""Warnings: fields that nothing reads, as where a name is misspelt. Few imports: every run in a terminal asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.catalog.unknown import names_in, unknown_fields
from engine.model.edits import UNSET, CompoundEdit, SetField
from engine.model.findings import Finding
from engine.model.names import did_you_mean, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Design, Frame, Link, Node
    from engine.model.edits import Edit
    from engine.model.fields import Config


def field_warnings(reading: Reading) -> Iterator[Finding]:
    """Fields of nodes, links and frames that nothing reads."""
    design = reading.design
    typed: dict[str, Config] = {**reading.configs, **reading.links, **reading.frames}
    items: list[Node | Link | Frame] = [*design.nodes, *design.links, *design.frames]
    for item in items:
        config = typed.get(item.id)
        if config is not None:
            for path in unknown_fields(item.config, config):
                yield _unknown_field(design, item.id, item.config, config, path)


def _unknown_field(
    design: Design, item_id: str, raw: Any, typed: Any, path: tuple[str, ...]
) -> Finding:
    """The warning about a field that nothing reads, with the likely name."""
    for part in path[:-1]:
        if isinstance(raw, list):
            raw, typed = raw[int(part)], typed[int(part)]
        else:
            raw, typed = raw[part], getattr(typed, names_in(typed)[part])
    word = path[-1]
    hint = did_you_mean(word, names_in(typed))
    where = ("config", *path[:-1])
    fix: Edit = SetField(item_id, (*where, word), UNSET, f"Remove {word}")
    remedy = "remove it"
    if hint is not None and hint not in raw:
        remedy = f"did you mean {hint!r}?"
        rename = (
            SetField(item_id, (*where, word), UNSET),
            SetField(item_id, (*where, hint), raw[word]),
        )
        fix = CompoundEdit(rename, f"Rename to {hint}")
    return Finding(
        level="warning",
        code="unknown-field",
        id=item_id,
        field=".".join((*where, word)),
        message=f"{name_of(design, item_id)} has no field {word!r}, so it does nothing; {remedy}",
        fix=fix,
    )
