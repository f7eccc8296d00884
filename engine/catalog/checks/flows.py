"""What is wrong with explicit flows: links and classes that they name, and settings that they make void."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.catalog.checks.session_links import session_link_of
from engine.catalog.checks.structure import unknown_classes
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.model.flow import (
    branches_of,
    calls_of,
    unreached_rescues,
    uses_service_time,
    without_calls,
)
from engine.model.link import DEFAULT_LINK
from engine.model.names import did_you_mean, name_of, one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.catalog.reading import Reading
    from engine.model.design import Design
    from engine.model.fields import Config
    from engine.model.flow import Step

_VOID: Final = ("order", "probability", "times", "mode", "when", "classes")
"""Fields of a link that an explicit flow of its source makes void."""


def explicit_flow(config: Config | None) -> tuple[Step, ...] | None:
    """The explicit flow in a config, if it has one."""
    flow: tuple[Step, ...] | None = getattr(config, "flow", None)
    return flow


def flow_errors(reading: Reading) -> Iterator[Finding]:
    """Names in flows that stand for nothing."""
    names = [each.name for each in reading.classes]
    for node_id, config in reading.configs.items():
        flow = explicit_flow(config)
        if flow is not None:
            yield from unknown_links(reading.design, node_id, flow)
            for path, branch in branches_of(flow):
                if branch.kind is not None:
                    field = ".".join(("config", "flow", *path, "class"))
                    yield from unknown_classes((branch.kind,), names, node_id, field)


def unknown_links(design: Design, node_id: str, flow: tuple[Step, ...]) -> Iterator[Finding]:
    """Calls over links that do not leave the node."""
    leaving = [link.id for link in design.links if link.source == node_id]
    gone = {link for _, link in calls_of(flow)} - set(leaving)
    for path, link in calls_of(flow):
        if link not in gone:
            continue
        message = f"The flow calls {link!r}, which is no link from {name_of(design, node_id)}"
        yield Finding(
            level="error",
            code="unknown-link",
            id=node_id,
            field=".".join(("config", "flow", *path)),
            message=f"{message}; {_remedy(link, leaving)}",
            fix=_without(design, node_id, gone),
        )


def _remedy(link: str, leaving: list[str]) -> str:
    """What to write instead of a link that is not there."""
    hint = did_you_mean(link, leaving)
    if hint is not None:
        return f"did you mean {hint!r}?"
    if not leaving:
        return "no link leaves it: draw one, or take the call out"
    return f"write {one_of([repr(each) for each in leaving[:5]])}, or take the call out"


def _without(design: Design, node_id: str, gone: set[str]) -> SetField:
    """The edit that takes calls over some links out of a flow."""
    raw: Any = design.node_by_id[node_id].config.get("flow")
    kept = without_calls(raw, gone)
    value = UNSET if kept is None else kept
    return SetField(node_id, ("config", "flow"), value, "Take the call out of the flow")


def flow_warnings(reading: Reading) -> Iterator[Finding]:
    """Links and settings that an explicit flow leaves without effect."""
    design = reading.design
    for node in design.nodes:
        flow = explicit_flow(reading.configs.get(node.id))
        if flow is None:
            continue
        called = {link for _, link in calls_of(flow)} | {session_link_of(reading, node.id)}
        for link in design.links:
            if link.source != node.id:
                continue
            if link.id not in called:
                name = name_of(design, node.id)
                message = (
                    f"The flow of {name} does not call {name_of(design, link.id)}, so nothing uses it; "
                    f'add {{"call": "{link.id}"}}, or remove the link'
                )
                yield _warning(link.id, "unused-link", message, None)
            yield from _void_settings(reading, link.id, node.id)
        for path in unreached_rescues(flow):
            message = (
                f"A way of the flow of {name_of(design, node.id)} waits for a failure, but no call is made "
                "in the steps before its choice; put the call that may fail before it"
            )
            field = ".".join(("flow", *path, "when"))
            yield _warning(node.id, "no-call-before", message, field)
        if "service_time" in node.config and not uses_service_time(flow):
            message = (
                f"{name_of(design, node.id)} has a flow that does its own work, so the service time has "
                'no effect; write {"work": "service_time"} in the flow, or remove it'
            )
            fix = SetField(node.id, ("config", "service_time"), UNSET, "Remove service time")
            yield _warning(node.id, "no-effect", message, "service_time", fix)


def _void_settings(reading: Reading, link_id: str, node_id: str) -> Iterator[Finding]:
    """Settings of a link that only count in a flow told by the links."""
    config, plain = reading.links.get(link_id), DEFAULT_LINK
    for field in _VOID:
        if config is None or getattr(config, field) == getattr(plain, field):
            continue
        message = (
            f"{field.capitalize()} has no effect on {name_of(reading.design, link_id)}: the flow of "
            f"{name_of(reading.design, node_id)} says when it is called; remove it"
        )
        fix = SetField(link_id, ("config", field), UNSET, f"Remove {field}")
        yield _warning(link_id, "no-effect", message, field, fix)


def _warning(
    item_id: str, code: str, message: str, field: str | None, fix: SetField | None = None
) -> Finding:
    """A warning about an item."""
    where = f"config.{field}" if field else None
    return Finding(level="warning", code=code, id=item_id, field=where, message=message, fix=fix)
