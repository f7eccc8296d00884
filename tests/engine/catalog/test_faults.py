"""Faults in design files: of nodes and of frames, checked, edited, saved, and set from the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.catalog import check, lower
from engine.catalog.overrides import override
from engine.cli.schema import design_schema
from engine.model.edits import SetField
from engine.model.files import dumps, from_raw, loads
from engine.model.findings import Finding
from engine.run.session import Session

ZONE = {
    "faults": {"mtbf": {"law": "exponential", "mean": 9}, "mttr": {"law": "exponential", "mean": 1}}
}


def raw(
    faults: dict[str, Any] | None = None, zone: dict[str, Any] | None = None, inside: bool = True
) -> dict[str, Any]:
    web: dict[str, Any] = {"id": "web", "kind": "service", "config": {"instances": 2}}
    if faults is not None:
        web["config"]["faults"] = faults
    frame: dict[str, Any] = {"id": "z", "kind": "zone", "name": "Zone A"}
    if zone is not None:
        frame["config"] = zone
    if inside:
        web["frame"] = "z"
    return {
        "windtunnel": 1,
        "nodes": [{"id": "users", "kind": "client"}, web],
        "links": [{"id": "l", "source": "users", "target": "web"}],
        "frames": [frame],
        "scenario": {"duration": 400, "warmup": 0},
    }


def found(made: dict[str, Any], *codes: str) -> list[Finding]:
    return [each for each in check(from_raw(made)) if each.code in codes]


def test_a_frame_keeps_its_faults_in_its_file() -> None:
    design = from_raw(raw(zone=ZONE))
    assert loads(dumps(design)) == design
    assert '"mean": 9' in dumps(design)
    assert lower(design).frames[0].nodes == ("web",)


def test_a_frame_without_faults_is_saved_as_ever() -> None:
    text = dumps(from_raw(raw()))
    assert text == dumps(from_raw(raw(zone={})))
    assert "config" not in json.loads(text)["frames"][0]


def test_an_edit_of_a_frame_is_taken_back() -> None:
    design = from_raw(raw())
    applied = SetField("z", ("config", "faults"), {}).apply(design)
    assert applied.design.frame_by_id["z"].config == {"faults": {}}
    assert applied.inverse.apply(applied.design).design == design


def test_frames_are_set_from_the_command_line() -> None:
    design = override(from_raw(raw(zone=ZONE)), "z.faults.mttr.mean=3")
    faults = lower(design).frames[0].faults
    assert faults is not None
    assert (faults.mtbf.mean, faults.mttr.mean) == (9.0, 3.0)


def test_the_schema_knows_the_faults_of_frames() -> None:
    schema = design_schema()
    reference = schema["$defs"]["Frame"]["properties"]["config"]["$ref"]
    assert "faults" in schema["$defs"][reference.rpartition("/")[2]]["properties"]


def test_a_set_event_changes_faults_for_a_while() -> None:
    made = raw({"mtbf": {"law": "constant", "mean": 1e6}, "mttr": {"law": "constant", "mean": 1}})
    change = {
        "at": 0,
        "duration": 200,
        "target": "web",
        "change": "set",
        "path": "faults.mtbf.mean",
    }
    made["scenario"]["events"] = [change | {"value": 9}]
    session = Session(from_raw(made))
    session.advance(400.0)
    # The first time up was drawn by the law that held before.
    assert session.result()["nodes"]["web"]["extra"]["availability"] == 1.0


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (raw({"unit": "frame"}, inside=False), "no-frame", "lies in no frame"),
        (raw({"mtbf": {"law": "constant", "mean": 0}}), "bad-value", "write at least 1 ms"),
        (raw({"needed": 3}), "never-up", "needs 3 instances and has 2"),
        (raw({}), "rare-faults", "tells nothing of how long it is up"),
        (raw(zone={"faults": {}}), "rare-faults", "fault of Zone A comes every"),
        (raw(zone=ZONE, inside=False), "no-effect", "Nothing in Zone A could fail"),
        (raw(zone={"faults": {"needed": 2}}), "unknown-field", "has no field 'needed'"),
        (raw(zone={"fault": {}}), "unknown-field", "did you mean 'faults'"),
    ],
)
def test_what_means_nothing_is_told(made: dict[str, Any], code: str, words: str) -> None:
    findings = found(made, code)
    assert len(findings) == 1
    assert words in findings[0].message


def test_what_makes_sense_is_not_told_of() -> None:
    codes = ("no-frame", "bad-value", "never-up", "rare-faults", "no-effect", "unknown-field")
    assert found(raw(ZONE["faults"] | {"needed": 2}, ZONE), *codes) == []


def test_what_fails_together_is_down_together() -> None:
    session = Session(from_raw(raw(zone=ZONE)))
    session.advance(400.0)
    node = session.result()["nodes"]["web"]
    shares = [row["availability"] for row in node["instances"]]
    assert shares[0] == shares[1] == pytest.approx(node["extra"]["availability"])
    assert 0.7 < shares[0] < 1.0
