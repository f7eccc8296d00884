"""Traces as OTLP/JSON, which Jaeger, Tempo and every collector read.

The JSON of OTLP is not that of protobuf: ids are hexadecimal, enumerations are numbers, and integers of 64
bits are strings. Attributes have the names of OpenTelemetry's semantic conventions where there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.release import engine_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.traces.span import Span, SpanKind, Trace

EPOCH: Final = 1_767_225_600
"""Unix time of simulated second 0: the first of January 2026, so that the same run gives the same file."""
_NANOSECONDS: Final = 1_000_000_000
_INTERNAL: Final = 1
_SERVER: Final = 2
_CLIENT: Final = 3
_PRODUCER: Final = 4
_CONSUMER: Final = 5
_KINDS: Final[Mapping[SpanKind, int]] = {
    "request": _CLIENT,
    "message": _PRODUCER,
    "call": _SERVER,
    "branch": _INTERNAL,
}
_ERROR: Final = 2
_SAMPLED: Final = 1
"""The flag of W3C's trace context."""


def otlp(traces: Iterable[Trace], names: Mapping[str, str]) -> dict[str, Any]:
    """The object that an OTLP/JSON file has: ``resourceSpans``, one for each instance of a service.

    Args:
        traces: what to write.
        names: of the nodes, by id.
    """
    groups: dict[tuple[str, int | None], list[dict[str, Any]]] = {}
    for trace in traces:
        kinds = {span.id: span.kind for span in trace.spans}
        for span in trace.spans:
            # What never came to its node was only ever seen by its caller.
            came = span.arrived is not None or span.link is None
            place = (span.node, span.instance) if came else (span.source, None)
            groups.setdefault(place, []).append(_span(trace, span, kinds, came=came))
    scope = {"name": "windtunnel", "version": engine_version()}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _resource(node, instance, names)},
                "scopeSpans": [{"scope": scope, "spans": spans}],
            }
            for (node, instance), spans in groups.items()
        ]
    }


def _resource(node: str, instance: int | None, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Who made some spans."""
    found = {"service.name": names.get(node, node)}
    if instance is not None:
        found["service.instance.id"] = f"{node}-{instance}"
    return _attributes(found)


def _span(trace: Trace, span: Span, kinds: Mapping[str, SpanKind], *, came: bool) -> dict[str, Any]:
    """A span."""
    kind = _KINDS[span.kind] if came else _CLIENT
    if span.kind == "call" and span.parent is not None and kinds[span.parent] == "message":
        kind = _CONSUMER
    found: dict[str, Any] = {
        "traceId": trace.id,
        "spanId": span.id,
        "flags": _SAMPLED,
        "name": _name(trace, span),
        "kind": kind,
        "startTimeUnixNano": _nanoseconds(span.sent),
        "endTimeUnixNano": _nanoseconds(span.end),
        "attributes": _attributes(_about(span)),
        "events": [
            {"timeUnixNano": _nanoseconds(time), "name": name} for name, time in _moments(span)
        ],
        "status": {} if span.reason is None else {"code": _ERROR, "message": span.reason},
    }
    if span.parent is not None:
        found["parentSpanId"] = span.parent
    elif trace.cause is not None:
        found["links"] = [{"traceId": trace.cause[0], "spanId": trace.cause[1]}]
    return found


def _name(trace: Trace, span: Span) -> str:
    """What a span is called: the operation, not the request."""
    if span.kind == "call":
        return f"{trace.request_class} {span.link}".strip()
    if span.kind == "branch":
        return f"{span.node} branch"
    return f"{trace.request_class} {span.kind}".strip()


def _about(span: Span) -> dict[str, str | int | float | bool]:
    """The attributes of a span."""
    found: dict[str, str | int | float | bool] = {}
    if span.link is not None:
        found["server.address"] = span.node
        found["windtunnel.link"] = span.link
        if span.attempt > 1:
            found["http.request.resend_count"] = span.attempt - 1
        if span.hedge:
            found["windtunnel.hedge"] = True
        if not span.awaited:
            found["windtunnel.awaited"] = False
    if span.reason is not None:
        found["error.type"] = span.reason
    if span.given_up:
        found["windtunnel.given_up"] = span.given_up
    for segment in span.segments:
        name = f"windtunnel.{segment.part}.duration"
        found[name] = float(found.get(name, 0.0)) + segment.seconds
    return found


def _moments(span: Span) -> list[tuple[str, float]]:
    """What happened to a span on its way, where that is known."""
    times = (
        ("arrived", span.arrived),
        ("work started", span.started),
        ("work done", span.worked),
        ("replied", span.replied),
    )
    return [(name, time) for name, time in times if time is not None]


def _attributes(values: Mapping[str, str | int | float | bool]) -> list[dict[str, Any]]:
    """Attributes with their values, each under the name of its type."""
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: str | int | float | bool) -> dict[str, Any]:  # noqa: FBT001 - any of them
    """A value under the name of its type; integers are strings."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": value}


def _nanoseconds(time: float) -> str:
    """Simulated seconds as Unix time."""
    return str(EPOCH * _NANOSECONDS + round(time * _NANOSECONDS))
