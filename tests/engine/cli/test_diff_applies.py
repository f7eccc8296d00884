"""What ``windtunnel diff A B --json`` writes, done to A, makes B."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import run
from engine.model.design import Design
from engine.model.files import from_raw, load

SHELF = Path(__file__).parents[3] / "saved_designs"
PAIRS = [
    ("retry-storm", "retry-storm-fixed"),
    ("retry-storm-fixed", "retry-storm"),
    ("roblox-2021", "roblox-2021-fixed"),
    ("message-order-fixed", "message-order"),
    ("hello", "three-tiers"),
    ("three-tiers", "region-lost"),
    ("key-rotation", "two-phase-commit"),
    ("shopify-sale", "prime-day-cart"),
    ("open-connect", "facebook-2021"),
]
PLURALS = {"class": "classes", "step": "presentation"}


def parts_of(raw: dict[str, Any], sort: str) -> list[Any]:
    if sort == "event":
        found: list[Any] = raw["scenario"].setdefault("events", [])
    else:
        found = raw.setdefault(PLURALS.get(sort, f"{sort}s"), [])
    return found


def path_of(change: dict[str, Any]) -> list[str]:
    """Its path is told apart where a name in it has a dot."""
    found: list[str] = change.get("path") or change["field"].split(".")
    return found


def write(part: dict[str, Any], change: dict[str, Any]) -> None:
    """Set a field of a part, or leave it out again."""
    *way, last = path_of(change)
    for key in way:
        inner = part.get(key)
        if not isinstance(inner, dict):
            part[key] = {}
        part = part[key]
    if "new" in change.get("left_out", ()):
        part.pop(last, None)
    else:
        part[last] = change["new"]


def apply(raw: dict[str, Any], differences: list[dict[str, Any]]) -> None:
    """Make of A what the differences tell."""
    for each in differences:
        sort = each["sort"]
        if sort in ("design", "scenario"):
            whole = raw if sort == "design" else raw["scenario"]
            for change in each["fields"]:
                if path_of(change)[0] != "order":
                    write(whole, change)
            continue
        parts = parts_of(raw, sort)
        if "old" in each:
            if each["old"] is not None:
                parts.remove(each["old"])
            if each["new"] is not None:
                parts.append(each["new"])
            continue
        (part,) = [one for one in parts if one["id"] == each["id"]]
        for change in each["fields"]:
            write(part, change)


def plainly(design: Design) -> dict[str, Any]:
    """A design without its order, and without objects in configs that say nothing."""
    raw = design.model_dump(mode="json", by_alias=True)
    made = {key: value for key, value in raw.items() if not isinstance(value, list)}
    lists = {key: value for key, value in raw.items() if isinstance(value, list)}
    lists["events"] = made["scenario"].pop("events")
    return made | {
        key: sorted(json.dumps(each, sort_keys=True) for each in value)
        for key, value in lists.items()
    }


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_done_to_a_it_makes_b(a: str, b: str, tmp_path: Path) -> None:
    files = [SHELF / f"{name}.windtunnel" for name in (a, b)]
    out = tmp_path / "diff.json"
    assert run(["diff", *map(str, files), "--json", str(out)]) == 1
    before, after = map(load, files)
    raw = before.model_dump(mode="json", by_alias=True, exclude_unset=True)
    apply(raw, json.loads(out.read_text(encoding="utf-8"))["differences"])
    assert plainly(from_raw(raw)) == plainly(after)


def test_two_events_of_the_same_kind_on_the_same_node_are_told_apart(tmp_path: Path) -> None:
    before = load(SHELF / "retry-storm.windtunnel")
    raw = before.model_dump(mode="json", by_alias=True, exclude_unset=True)
    event = raw["scenario"]["events"][0]
    raw["scenario"]["events"] = [event, event | {"at": event["at"] + 50.0}]
    a, b = tmp_path / "a.windtunnel", tmp_path / "b.windtunnel"
    a.write_text(json.dumps(raw), encoding="utf-8")
    raw["scenario"]["events"] = [event, event | {"at": event["at"] + 80.0}]
    b.write_text(json.dumps(raw), encoding="utf-8")
    out = tmp_path / "diff.json"
    assert run(["diff", str(a), str(b), "--json", str(out)]) == 1
    (told,) = json.loads(out.read_text(encoding="utf-8"))["differences"]
    assert told["old"]["at"] == event["at"] + 50.0
    assert told["new"]["at"] == event["at"] + 80.0
