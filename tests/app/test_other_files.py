"""Files that are no designs: what they are is said, and what can be done with them is offered."""

import gzip
import json
import os
from pathlib import Path

import pytest

from app.document import DesignDocument
from app.file_controller import FileController
from app.history import FileHistory
from app.other_files import add_items, message_of
from app.recognition import OtherFile, recognised
from app.settings import Settings
from engine.model.design import Design
from engine.run import journal_file
from engine.run.journal import Journal
from tests.helpers.builders import client, design, link, node
from tests.helpers.fakes import FakeDialogs

SHOP = design([client("users", 20), node("web", "service")], [link("users", "web")])


class Desk:
    """A document and what is said about files."""

    def __init__(self, folder: Path) -> None:
        self.document = DesignDocument()
        self.document.replace(SHOP, None)
        settings, history = Settings(folder / "s.json"), FileHistory(folder / "history")
        self.files = FileController(self.document, settings, history, FakeDialogs())
        self.foreign: list[OtherFile] = []
        self.failed: list[str] = []
        self.taken: list[str] = []
        self.files.foreign.connect(self.foreign.append)
        self.files.failed.connect(self.failed.append)
        self.files.taken.connect(self.taken.append)


@pytest.fixture
def desk(qapp, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", "is a PNG picture; a design is a .windtunnel file"),
        ("a.windtunnel", b"PK\x03\x04zip", "is a ZIP archive"),
        ("a.svg", b"<svg xmlns='x'/>", "is a drawing"),
        (
            "a.json",
            json.dumps(
                {"title": "x", "hash": "0", "requests": 1, "clients": {}, "nodes": {}}
            ).encode(),
            "is the result of a run",
        ),
        ("a.txt", b'{"windtunnel_items": 1, "nodes": []}', "holds copied items"),
        (
            "a.windtunnel.gz",
            gzip.compress(b'{\n"windtunnel": 1}', mtime=0),
            "packed by gzip, and holds no recording",
        ),
        ("a.csv", b"name,age\nx,1\n", "no recording of arrivals"),
        ("a.yaml", b"apiVersion: apps/v1\nkind: Deployment\n", "is a Kubernetes manifest"),
        ("a.json", b'{"apiVersion": "v1", "kind": "Pod"}', "is a Kubernetes manifest"),
        ("a.yml", b"services:\n  web:\n    image: nginx\n", "is a Docker Compose file"),
        ("a.yml", b"on: push\n", "is a YAML text; a design is"),
        ("a.tf", b'resource "aws_lb" "web" {\n}\n', "is a Terraform file"),
        ("a.bin", bytes(range(256)), "is a binary file; a design is"),
        ("a.txt", b"hello", "is a text; a design is"),
    ],
)
def test_a_file_of_another_kind_says_what_it_is(
    name: str, data: bytes, says: str, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    assert not desk.files.open(tmp_path / name)
    assert says in desk.foreign[0].text
    assert "\n" not in desk.foreign[0].text
    assert desk.document.design is SHOP
    assert desk.failed == []


def test_a_broken_design_is_still_told_as_one(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.windtunnel"
    for text in ('{"windtunnel": 1, "nodes": 3}', '{"windtunnel": 1', "hello"):
        path.write_text(text)
        assert recognised(path) is None
        assert not desk.files.open(path)
    assert len(desk.failed) == 3


@pytest.mark.parametrize("name", ["a.windtunnel", "a.csv", "a.windtunnel-run", "a.json", "a"])
def test_an_empty_file_is_told_as_empty(name: str, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / name
    path.touch()
    assert not desk.files.open(path)
    assert [name in text and "is empty" in text for text in desk.failed] == [True]


def test_folders_and_pipes_are_named(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, says in ((tmp_path, "it is a folder"), (tmp_path / "pipe", "it is a pipe")):
        assert not desk.files.open(path)
        assert says in desk.foreign[-1].text


def test_a_recording_can_be_replayed_by_a_client(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "arrivals.csv"
    path.write_text("time\n" + "\n".join(f"{n / 10}" for n in range(100)) + "\n")
    assert not desk.files.open(path)
    (found,) = desk.foreign
    assert "is a recording" in found.text
    message = message_of(found, SHOP, desk.files.replay, desk.files.begin, print)
    (choice,) = message.choices
    assert choice.text == "Replay as Users"
    without = message_of(found, Design(), desk.files.replay, desk.files.begin, print)
    assert without.text.endswith("Add a client first.")
    choice.act()
    arrivals = desk.document.design.node_by_id["users"].config["arrivals"]
    assert isinstance(arrivals, dict)
    assert arrivals["process"] == "trace"
    assert len(desk.taken) == 1


def test_the_design_of_a_recorded_run_can_be_opened(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "run.windtunnel-run"
    other = design([client("crowd", 5), node("db", "service")], [link("crowd", "db")])
    path.write_text(journal_file.dumps(Journal(other)))
    assert not desk.files.open(path)
    (found,) = desk.foreign
    assert "windtunnel simulate run.windtunnel-run" in found.text
    (choice,) = message_of(found, SHOP, desk.files.replay, desk.files.begin, print).choices
    choice.act()
    assert desk.document.design == other
    assert desk.document.path is None
    assert desk.document.is_dirty


def test_a_flowchart_can_be_added_to_the_design(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "shop.mmd"
    path.write_text("flowchart LR\n  A[Client] --> B[Web]\n")
    assert not desk.files.open(path)
    (found,) = desk.foreign
    assert "flowchart" in found.text
    pasted: list[str] = []
    failed: list[str] = []

    def add(each: Path) -> None:
        add_items(each, paste=pasted.append, fail=failed.append)

    (choice,) = message_of(found, SHOP, desk.files.replay, desk.files.begin, add).choices
    choice.act()
    assert pasted == [path.read_text()]
    path.unlink()
    choice.act()
    assert len(failed) == 1


def test_several_files_are_too_many(desk: Desk, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.windtunnel" for name in "abcde"]
    assert not desk.files.open_dropped(paths)
    (line,) = desk.failed
    assert line.startswith("a.windtunnel, b.windtunnel, c.windtunnel and 2 more: one window")
