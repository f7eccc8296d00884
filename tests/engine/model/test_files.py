"""Files are read strictly, written the same each time, and never half-loaded."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.model import files
from engine.model.differences import differences
from engine.model.edits import Move, Position, SetField
from engine.model.files import FileError, dumps, from_raw, load, loads, save
from tests.helpers.builders import client, link, node, raw_design
from tests.helpers.strategies import rich_raw

DATA = Path(__file__).resolve().parents[2] / "data" / "designs"


def text(**more: Any) -> str:
    raw = raw_design([client(), node("web", "service", x=240.5)], [link("users", "web")])
    return json.dumps(raw | more)


def refusal(content: str) -> str:
    with pytest.raises(FileError) as caught:
        loads(content, "shop.windtunnel")
    message = str(caught.value)
    assert message.startswith("shop.windtunnel: ")
    assert "\n" not in message
    assert len(message) < 400
    return message


def test_saving_is_stable_to_the_byte() -> None:
    once = dumps(loads(json.dumps(rich_raw())))
    assert dumps(loads(once)) == once
    assert loads(once) == loads(json.dumps(rich_raw()))


def test_keys_stand_in_a_fixed_order_however_they_were_edited() -> None:
    design = loads(text())
    one = SetField("web", ("config", "workers"), 3).apply(design).design
    one = SetField("web", ("config", "instances"), 2).apply(one).design
    other = SetField("web", ("config", "instances"), 2).apply(design).design
    other = SetField("web", ("config", "workers"), 3).apply(other).design
    assert dumps(one) == dumps(other)
    assert list(json.loads(dumps(one)))[:3] == ["windtunnel", "title", "description"]


def test_each_item_stands_on_a_line_of_its_own() -> None:
    lines = dumps(loads(json.dumps(rich_raw()))).splitlines()
    orders = '{"id": "orders-mailer", "source": "orders", "target": "mailer", "config": {}}'
    assert f"    {orders}" in lines
    assert all(len(line) <= 120 for line in lines)


def test_unknown_kinds_and_fields_survive_loading_editing_and_saving() -> None:
    raw = raw_design([client(), node("gizmo", "gizmo", spin={"b": [1.0, None], "a": 2})], [])
    raw["nodes"][1]["colour"] = "red"
    raw["shape"] = {"of": ["things"]}
    raw["scenario"] = {
        "pace": 2,
        "events": [{"at": 1, "change": "traffic", "factor": 2, "why": "x"}],
    }
    design = loads(json.dumps(raw))
    edited = SetField("users", ("name",), "People").apply(design).design
    again = json.loads(dumps(edited))
    assert again["nodes"][1]["config"] == {"spin": {"a": 2, "b": [1.0, None]}}
    assert again["nodes"][1]["colour"] == "red"
    assert again["shape"] == {"of": ["things"]}
    assert again["scenario"]["pace"] == 2
    assert again["scenario"]["events"][0]["why"] == "x"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("{", "is not JSON"),
        ("[1]", "holds a list, not a design"),
        ("3", "holds a number"),
        ("{}", "'windtunnel' (the format, 1) is missing"),
        ('{"windtunnel": 2}', "newer version (format 2"),
        ('{"windtunnel": "1"}', "windtunnel should be the format's number"),
        ('{"windtunnel": true}', "windtunnel should be the format's number"),
        ('{"windtunnel": -1}', "windtunnel should be the format's number"),
        ('{"windtunnel": 1, "windtunnel": 1}', "has the key 'windtunnel' twice"),
        ("[" * 200_000, "is nested deeper than"),
        ('{"a":' * 200_000, "is nested deeper than"),
        ("[" * 60 + "]" * 60, "holds a list"),
        ('{"windtunnel": 1, "x": ' + "[" * 60 + "]" * 60 + "}", "is nested deeper than"),
    ],
)
def test_what_is_no_design_is_refused(content: str, says: str) -> None:
    assert says in refusal(content)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("240.5", '"left"', "web: x should be a number, not 'left'"),
        ("240.5", "true", "web: x should be a number, not true"),
        ("240.5", "NaN", "holds NaN"),
        ("240.5", "-Infinity", "holds -Infinity"),
        ("240.5", "1e400", "too large"),
        ("240.5", "1" + "0" * 5000, "too large"),
        ("240.5", "1e300", "web: x should be at most 10,000,000"),
        ('"kind": "service"', '"sort": "service"', "web: kind is missing"),
        ('"id": "web"', '"id": "w eb"', "letters, digits"),
        ('"target": "web"', '"target": "wib"', "users-web: target: 'wib' is no node"),
        ('"id": "users-web"', '"id": "web"', "web: id: is used twice"),
        ('"name": "Web"', '"frame": "f", "name": "Web"', "web: frame: 'f' is no frame"),
        ('"name": "Web"', '"name": "\\ud800"', "holds a broken character"),
        ('"config": {}', '"config": []', "config should be an object, not a list"),
    ],
)
def test_one_clear_line_names_id_field_and_remedy(old: str, new: str, says: str) -> None:
    content = text()
    assert old in content
    assert says in refusal(content.replace(old, new, 1))


def test_a_scenario_and_its_events_are_checked() -> None:
    assert "warmup (10 min) must be below duration (10 min)" in refusal(
        text(scenario={"duration": 600, "warmup": 600})
    )
    events = [{"at": 1, "target": "web", "change": "slow"}]
    assert "scenario.events.0" in refusal(text(scenario={"events": events}))
    assert "'kill', 'slow'" in refusal(
        text(scenario={"events": [{"at": 1, "target": "web", "change": "boom"}]})
    )


def test_frames_inside_themselves_are_refused() -> None:
    frames = [{"id": "a", "frame": "b"}, {"id": "b", "frame": "a"}]
    assert "lies inside itself" in refusal(text(frames=frames))


def test_too_many_items_are_refused() -> None:
    notes = [{"id": f"n{i}"} for i in range(5_001)]
    assert "5001 notes; at most 5000" in refusal(text(notes=notes))
    events = [{"at": i, "change": "traffic", "factor": 1} for i in range(10_001)]
    assert "10001 scenario.events" in refusal(text(scenario={"events": events}))


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "huge.windtunnel"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(FileError, match=r"^huge.windtunnel: is larger than 10 MB"):
        load(path)
    assert "is larger than 10 MB" in refusal(" " * 10_000_001)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read: no such file"):
        load(tmp_path / "none.windtunnel")
    with pytest.raises(FileError, match="cannot be read"):
        load(tmp_path)
    binary = tmp_path / "picture.windtunnel"
    binary.write_bytes(b"\x89PNG\xff")
    with pytest.raises(FileError, match="is not UTF-8"):
        load(binary)


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "bom.windtunnel"
    path.write_bytes(b"\xef\xbb\xbf" + text().encode())
    assert load(path).title == "Test"


def test_saving_replaces_the_whole_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "shop.windtunnel"
    path.write_text("old")
    path.chmod(0o640)
    design = loads(text())
    save(design, path)
    assert load(path) == design
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["shop.windtunnel"]


def test_saving_through_a_symbolic_link_keeps_the_link(tmp_path: Path) -> None:
    real, alias = tmp_path / "real.windtunnel", tmp_path / "alias.windtunnel"
    real.write_text("old")
    alias.symlink_to(real)
    save(loads(text()), alias)
    assert alias.is_symlink()
    assert load(real).title == "Test"


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shop.windtunnel"
    path.write_text("old")

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(FileError, match=r"shop.windtunnel: cannot be saved: no space left"):
        save(loads(text()), path)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["shop.windtunnel"]
    with pytest.raises(FileError, match="cannot be saved"):
        save(loads(text()), tmp_path / "no" / "folder.windtunnel")


def test_every_old_version_has_a_migration_and_a_fixture() -> None:
    for version in range(len(files.MIGRATIONS)):
        old, new = DATA / f"v{version}.windtunnel", DATA / f"v{version}-migrated.windtunnel"
        design = load(old)
        assert design.windtunnel == files.FORMAT
        assert dumps(design) == new.read_text("utf-8")


def test_format_0_becomes_what_it_meant() -> None:
    design = load(DATA / "v0.windtunnel")
    web = design.node_by_id["web"]
    assert (web.kind, web.name, web.x, web.y) == ("service", "Web", 240, 24)
    assert web.config == {"workers": 4, "service_time": {"law": "exponential", "mean": 0.012}}
    assert design.links[0].config == {"timeout": 1.5, "delay": 0.00025}
    assert (design.scenario.duration, design.scenario.warmup, design.scenario.seed) == (120, 20, 4)
    assert design.node_by_id["gizmo"].config == {"spin": 3}


@pytest.mark.parametrize(
    "broken", ['{"nodes": [{"at": [1]}]}', '{"nodes": [3], "edges": [[]], "run": 1}']
)
def test_broken_old_files_are_refused_like_new_ones(broken: str) -> None:
    content = json.dumps({"windtunnel": 0} | json.loads(broken))
    assert refusal(content)


@pytest.mark.parametrize("name", ["keys", "items", "copy", "weight", "model_fields", "__len__"])
def test_an_unknown_field_may_be_called_anything(name: str) -> None:
    """What Python asks of an object is no field of it: ``dict(item)`` would take ``keys`` for a method."""
    raw = rich_raw() | {name: {"a": 1}}
    for sort in ("nodes", "links", "frames", "notes", "objectives"):
        raw[sort][0][name] = {"a": 1}
    raw["scenario"]["events"][0][name] = [1]
    design = loads(json.dumps(raw))
    assert loads(dumps(design)) == design
    assert json.loads(dumps(design))["links"][0][name] == {"a": 1}
    moved = Move((Position("web", 1.0, 2.0),)).apply(design).design
    assert loads(dumps(moved)) == moved
    assert len(differences(from_raw(rich_raw()), design)) > 0


def test_an_unknown_field_of_a_note_may_be_called_as_one_of_nodes() -> None:
    raw = rich_raw()
    raw["notes"][0]["config"] = {"a": 1}
    raw["nodes"][0]["citations"], raw["links"][0]["citations"] = [1], 5
    design = loads(json.dumps(raw))
    for edit in (SetField("hint", ("text",), "Else"), Move((Position("hint", 1.0, 2.0),))):
        design = edit.apply(design).design
        assert json.loads(dumps(design))["notes"][0]["config"] == {"a": 1}
        assert loads(dumps(design)) == design
