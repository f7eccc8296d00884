"""Errors: fallbacks that name a link that is none, or that lead back to themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.registry import component
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.names import did_you_mean, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Link


def fallback_errors(reading: Reading) -> Iterator[Finding]:
    """What keeps fallbacks from being made."""
    spares: dict[str, str] = {}
    for link in reading.design.links:
        config = reading.links.get(link.id)
        fallback = config.fallback if config is not None else None
        if fallback is None or fallback.spare is None:
            continue
        problem = _problem(reading, link, fallback.spare)
        if problem:
            yield _error(link, problem)
        else:
            spares[link.id] = fallback.spare
    for link in reading.design.links:
        if _leads_back(link.id, spares):
            yield _error(
                link,
                f"The fallback of {name_of(reading.design, link.id)} leads back to it, for ever; "
                "let the last one answer by itself",
            )


def _problem(reading: Reading, link: Link, spare: str) -> str:
    """What is wrong with the link that one names; empty where nothing is."""
    design = reading.design
    others = {each.id for each in design.links if each.source == link.source} - {link.id}
    source = design.node_by_id.get(link.source)
    found = component(source.kind) if source is not None else None
    if spare not in others:
        hint = did_you_mean(spare, sorted(others))
        remedy = f"did you mean {hint!r}?" if hint else "name another link of the same caller"
        return (
            f"The fallback {spare!r} is no other link from {name_of(design, link.source)}; {remedy}"
        )
    if found is not None and (found.forwards or found.output == "messages"):
        return (
            f"{name_of(design, link.source)} sends each request over one of its links, so none of them is "
            "spare; let its caller fall back"
        )
    return ""


def _leads_back(start: str, spares: dict[str, str]) -> bool:
    """Whether fallbacks go round from a link to itself."""
    seen, link = {start}, spares.get(start)
    while link is not None and link not in seen:
        seen.add(link)
        link = spares.get(link)
    return link == start


def _error(link: Link, message: str) -> Finding:
    """An error, and how to do without the fallback."""
    return Finding(
        level="error",
        code="fallback",
        id=link.id,
        field="config.fallback.link",
        message=message,
        fix=SetField(link.id, ("config", "fallback"), UNSET, "Remove the fallback"),
    )
