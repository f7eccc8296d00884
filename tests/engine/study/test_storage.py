"""What is done is kept: through kills, torn lines and damage; nothing is lost, nothing is mixed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.study import Chaos, Outcome, Storage, StorageError, run_point
from tests.engine.study.helpers import variant


def filled(place: Path, count: int = 3) -> dict[str, Outcome]:
    """A storage with some points; what it holds."""
    with Storage(place) as storage:
        for seed in range(count):
            point = variant().point(seed)
            storage.append((point, run_point(point)))
        return storage.outcomes


def reread(place: Path) -> dict[str, Outcome]:
    with Storage(place) as storage:
        return storage.outcomes


@pytest.mark.parametrize("name", ["study", "deep/er/study", "runs.jsonl"])
def test_everything_comes_back_to_the_last_bit(tmp_path: Path, name: str) -> None:
    kept = filled(tmp_path / name)
    assert len(kept) == 3
    assert reread(tmp_path / name) == kept
    assert (tmp_path / name).is_file() == name.endswith(".jsonl")


def test_the_design_is_written_once(tmp_path: Path) -> None:
    filled(tmp_path)
    lines = (tmp_path / "study.jsonl").read_text().splitlines()
    assert sum('"text"' in line for line in lines) == 1
    assert len(lines) == 4


def test_wherever_a_kill_tears_the_file_the_whole_lines_stay(tmp_path: Path) -> None:
    kept = filled(tmp_path, 2)
    file = tmp_path / "study.jsonl"
    data = file.read_bytes()
    ends = [index + 1 for index, byte in enumerate(data) if byte == 10]
    for cut in sorted({*range(0, len(data), 97), *ends, *(end - 1 for end in ends)}):
        file.write_bytes(data[:cut])
        whole = sum(end <= cut for end in ends)
        found = reread(tmp_path)
        assert list(found.values()) == list(kept.values())[: max(0, whole - 1)]
        assert file.read_bytes() == data[: max((end for end in ends if end <= cut), default=0)]


def test_after_a_torn_line_it_goes_on(tmp_path: Path) -> None:
    kept = filled(tmp_path, 2)
    file = tmp_path / "study.jsonl"
    file.write_bytes(file.read_bytes()[:-5])
    with Storage(tmp_path) as storage:
        (missing,) = kept.keys() - storage.outcomes.keys()
        point = next(p for p in map(variant().point, range(2)) if p.key == missing)
        storage.append((point, run_point(point)))
    assert reread(tmp_path).keys() == kept.keys()


def test_a_damaged_line_is_computed_again(tmp_path: Path) -> None:
    kept = filled(tmp_path)
    file = tmp_path / "study.jsonl"
    lines = file.read_text().splitlines()
    endless = lines[2].replace('"seed": 1', f'"seed": 1, "memory": {"9" * 400}')
    other = lines[2].replace('"seed": 1', '"seed": 7')
    for bad in ("nonsense", "[]", "{}", "null", other, endless):
        file.write_text("\n".join([*lines[:2], bad, lines[3]]) + "\n")
        assert list(reread(tmp_path)) == [key for key in kept if key != list(kept)[1]]


def test_a_result_with_numbers_that_are_none_is_computed_again(tmp_path: Path) -> None:
    kept = filled(tmp_path)
    file = tmp_path / "study.jsonl"
    lines = file.read_text().splitlines()
    for bad in ("NaN", "-Infinity", "1e999"):
        line = lines[2].replace('"result": {', f'"result": {{"more": {bad}, ')
        assert line != lines[2]
        file.write_text("\n".join([*lines[:2], line, lines[3]]) + "\n")
        assert list(reread(tmp_path)) == [key for key in kept if key != list(kept)[1]]


@pytest.mark.parametrize("value", [None, "x", 5, [], {"users": 5}, {"users": {"offered": 10**9}}])
@pytest.mark.parametrize("part", ["clients", "nodes", "objectives", "hash", "series"])
def test_a_result_that_is_not_what_was_measured_is_computed_again(
    part: str, value: object, tmp_path: Path
) -> None:
    kept = filled(tmp_path)
    file = tmp_path / "study.jsonl"
    lines = file.read_text().splitlines()
    raw = json.loads(lines[2])
    if raw["result"].get(part) == value or (part == "series" and isinstance(value, dict)):
        return
    raw["result"][part] = value
    file.write_text("\n".join([*lines[:2], json.dumps(raw), lines[3]]) + "\n")
    assert list(reread(tmp_path)) == [key for key in kept if key != list(kept)[1]]


def test_a_result_of_a_run_that_was_ended_early_is_kept(tmp_path: Path) -> None:
    study = Chaos(variant(), each=("node",), abort=("users.availability<2",), seeds=1)
    with Storage(tmp_path) as storage:
        done = [(point, run_point(point)) for point in study.points({})]
        for each in done:
            storage.append(each)
    assert len(reread(tmp_path)) == len(done) > 0


def test_results_of_another_version_are_not_mixed_in(tmp_path: Path) -> None:
    point = variant().point(1)
    with Storage(tmp_path) as storage:
        storage.append((point, replace(run_point(point), engine="0.0.0")))
    assert reread(tmp_path) == {}


def test_the_later_outcome_of_a_point_counts(tmp_path: Path) -> None:
    point = variant().point(1)
    with Storage(tmp_path) as storage:
        storage.append((point, replace(run_point(point), result=None, error="broke")))
        storage.append((point, run_point(point)))
    assert reread(tmp_path)[point.key].error is None


def test_a_point_is_found_by_the_beginning_of_its_key(tmp_path: Path) -> None:
    point = variant("web.workers=3").set("load=1.5").point(4)
    with Storage(tmp_path) as storage:
        storage.append((point, run_point(point)))
    with Storage(tmp_path) as storage:
        assert storage.point(point.key[:8]) == point
        for key in ("", "no"):
            with pytest.raises(StorageError, match="take a key from the list"):
                storage.point(key)


def test_a_place_that_cannot_be_had_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="choose another place"):
        Storage(tmp_path / "file")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(StorageError, match="choose another place"):
        Storage(tmp_path / "folder.jsonl")


def test_lines_are_plain_json(tmp_path: Path) -> None:
    kept = filled(tmp_path, 1)
    last = json.loads((tmp_path / "study.jsonl").read_text().splitlines()[-1])
    assert last["key"] in kept
    assert last["point"]["seed"] == 0
    assert last["result"]["windtunnel_result"] == 1


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", '{"mine": 1}\n{"mine": 2}', "no line end", "[1]\n3\n"]
)
def test_a_file_of_something_else_is_refused_and_stays(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(text)
    with pytest.raises(StorageError, match="holds something else than a study"):
        Storage(path)
    assert path.read_text() == text


def test_only_a_regular_file_keeps_a_study(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    with pytest.raises(StorageError, match="is no regular file"):
        Storage(pipe)
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(StorageError, match="cannot be opened"):
        Storage(tmp_path / "folder.jsonl")
