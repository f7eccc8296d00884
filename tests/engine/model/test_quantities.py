"""Numbers with a unit may be written as text in a file, wherever they stand; the text stays in the file."""

from __future__ import annotations

import json

import pytest

from engine.catalog import check, lower
from engine.cli.schema import design_schema
from engine.model.files import FileError, dumps, loads

NUMBERS = {
    "windtunnel": 1,
    "classes": [{"name": "read", "response_bytes": 1e6}],
    "nodes": [
        {
            "id": "users",
            "kind": "client",
            "config": {"arrivals": {"process": "poisson", "rate": 2000.0}},
        },
        {
            "id": "web",
            "kind": "service",
            "config": {"service_time": {"law": "exponential", "mean": 0.01}},
        },
    ],
    "links": [
        {
            "id": "users-web",
            "source": "users",
            "target": "web",
            "config": {
                "bandwidth": 5e7,
                "timeout": 0.25,
                "retry": {"attempts": 2, "backoff": {"base": 0.05}},
            },
        }
    ],
    "scenario": {
        "duration": 120.0,
        "warmup": 10.0,
        "events": [
            {"at": 30.0, "duration": 5.0, "target": "users-web", "change": "delay", "seconds": 0.1}
        ],
    },
}
TEXTS = {
    "response_bytes": "8 Mb",
    "rate": "2k rps",
    "mean": "10 ms",
    "bandwidth": "400 Mb/s",
    "timeout": "250 ms",
    "base": "50 ms",
    "duration": "2 min",
    "warmup": "10 s",
    "seconds": "100ms",
}


def as_texts(value: object) -> object:
    """The same design with its quantities as people write them."""
    if isinstance(value, dict):
        return {
            key: TEXTS[key] if key in TEXTS and "at" not in value else as_texts(inner)
            for key, inner in value.items()
        }
    return [as_texts(each) for each in value] if isinstance(value, list) else value


def test_a_design_of_texts_means_the_same_and_keeps_them() -> None:
    texts = loads(json.dumps(as_texts(NUMBERS)))
    assert lower(texts) == lower(loads(json.dumps(NUMBERS)))
    written = dumps(texts)
    assert '"bandwidth": "400 Mb/s"' in written
    assert dumps(loads(written)) == written
    assert not [each for each in check(texts) if each.level == "error"]


@pytest.mark.parametrize("text", ["fast", "400 ms", "1e999 Mb/s", ""])
def test_what_is_no_quantity_of_the_unit_is_refused_by_its_field(text: str) -> None:
    raw = json.loads(json.dumps(NUMBERS))
    raw["links"][0]["config"]["bandwidth"] = text
    errors = [each for each in check(loads(json.dumps(raw))) if each.level == "error"]
    assert [each.field for each in errors] == ["config.bandwidth"]
    raw["links"][0]["config"].pop("bandwidth")
    raw["scenario"]["duration"] = text or "soon"
    if text != "400 ms":
        with pytest.raises(FileError, match=r"duration should be a number"):
            loads(json.dumps(raw))


def test_the_schema_allows_them() -> None:
    link = design_schema()["$defs"]["LinkConfig"]["properties"]["bandwidth"]
    assert {"type": "string"} in link["anyOf"]
    assert link["title"] == "Bandwidth"
