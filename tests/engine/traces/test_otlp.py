"""The OTLP file, read by OpenTelemetry's own definitions."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from engine.traces.otlp import EPOCH, otlp
from tests.helpers.plans import client, link, plan, queue, retry, station
from tests.helpers.traces import traces

IDS = ("traceId", "spanId", "parentSpanId")


def as_protobuf(value: Any) -> Any:
    """The same with ids as protobuf's own JSON has them: OTLP writes them as hexadecimal digits."""
    if isinstance(value, list):
        return [as_protobuf(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64encode(bytes.fromhex(each)).decode() if key in IDS else as_protobuf(each)
        for key, each in value.items()
    }


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    nodes = [
        client(process="trace", times=(1.0, 1.1)),
        station("web", 0.3),
        queue("orders"),
        station("workers", 0.1, pulls=True),
    ]
    links = [
        link("users", "web", timeout=0.4, retry=retry(2, base=0.05), delay=0.001),
        link("web", "orders"),
        link("orders", "workers"),
    ]
    return otlp(traces(plan(nodes, links)), {"web": "Web shop"})


def test_it_is_what_opentelemetry_reads(written: dict[str, Any]) -> None:
    read = ParseDict(as_protobuf(written), TracesData())
    spans = [
        span
        for resource in read.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert {len(span.trace_id) for span in spans} == {16}
    assert {len(span.span_id) for span in spans} == {8}
    known = {(span.trace_id, span.span_id) for span in spans}
    assert len(known) == len(spans)
    for span in spans:
        assert span.start_time_unix_nano >= EPOCH * 1_000_000_000 + 1_000_000_000
        assert span.end_time_unix_nano >= span.start_time_unix_nano
        if span.parent_span_id:
            assert (span.trace_id, span.parent_span_id) in known
        for linked in span.links:
            assert (linked.trace_id, linked.span_id) in known
    kinds = {span.kind for span in spans}
    assert {ProtoSpan.SPAN_KIND_CLIENT, ProtoSpan.SPAN_KIND_SERVER} <= kinds
    assert {ProtoSpan.SPAN_KIND_PRODUCER, ProtoSpan.SPAN_KIND_CONSUMER} <= kinds


def test_numbers_have_the_form_that_otlp_wants(written: dict[str, Any]) -> None:
    for resource in written["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            assert len(bytes.fromhex(span["traceId"])) == 16
            assert isinstance(span["kind"], int)
            assert span["startTimeUnixNano"].isdigit()
            assert all(each["timeUnixNano"].isdigit() for each in span["events"])
    assert json.loads(json.dumps(written)) == written


def test_each_service_has_its_spans(written: dict[str, Any]) -> None:
    services = {}
    for resource in written["resourceSpans"]:
        attributes = {
            each["key"]: each["value"]["stringValue"] for each in resource["resource"]["attributes"]
        }
        services[attributes["service.name"]] = resource["scopeSpans"][0]["spans"]
    assert set(services) == {"users", "Web shop", "orders", "workers"}
    again = [
        attribute
        for span in services["Web shop"]
        for attribute in span["attributes"]
        if attribute["key"] == "http.request.resend_count"
    ]
    assert again
    assert {each["value"]["intValue"] for each in again} == {"1"}
    failed = [span for span in services["Web shop"] if span["status"]]
    assert failed
    assert {span["status"]["code"] for span in failed} == {2}
    assert {span["status"]["message"] for span in failed} == {"timeout"}
