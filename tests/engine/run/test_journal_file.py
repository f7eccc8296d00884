"""Journals as files: exact, the same bytes for the same journal, and strict with what others wrote."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model import files
from engine.model.edits import UNSET, CompoundEdit, Remove, SetDesign, SetField
from engine.run import journal_file
from engine.run.journal import Entry, Journal, JournalError, Moment
from engine.run.journal_file import dumps, load, loads
from engine.run.protocol import ApplyEdit, SetLoad
from engine.run.session import DesignError, Session
from engine.sim.lane.agenda import StandstillError
from tests.helpers.strategies import JUNK, edits, parent, places, rich_raw

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = Callable[[st.SearchStrategy[Any]], Any]

RICH = files.loads(json.dumps(rich_raw()))
ENTRIES = (
    Entry(Moment(0.0, 0), SetLoad(1.1)),
    Entry(Moment(0.1 + 0.2, 17), ApplyEdit(SetField("web", ("config", "queue_limit"), UNSET))),
    Entry(Moment(0.1 + 0.2, 17), ApplyEdit(SetField("web", ("name",), "Wéb\n“two”"))),
    Entry(
        Moment(1.0, 40),
        ApplyEdit(CompoundEdit((Remove.of("db"), SetDesign(("scenario", "events"), [])), "Delete")),
    ),
)
JOURNAL = Journal(RICH, ENTRIES, Moment(12.5, 999))


def raw() -> dict[str, Any]:
    return dict(json.loads(dumps(JOURNAL)))


def test_it_comes_back_exactly_and_its_bytes_are_stable() -> None:
    text = dumps(JOURNAL)
    assert loads(text) == JOURNAL
    assert dumps(loads(text)) == text
    assert list(json.loads(text)) == ["windtunnel_journal", "design", "entries", "end"]


def test_an_entry_is_a_line() -> None:
    line = (
        '    {"at": 0.30000000000000004, "fired": 17, "edit": {"edit": "set_field", "id": "web", '
    )
    assert line in dumps(JOURNAL)
    assert '    {"at": 0.0, "fired": 0, "load": 1.1},\n' in dumps(JOURNAL)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_edit_comes_back_exactly(data: st.DataObject) -> None:
    """And so do the edits that take it back, which undo sends to a run."""
    design, done = RICH, []
    for _ in range(data.draw(st.integers(1, 4))):
        edit = data.draw(edits(design))
        try:
            applied = edit.apply(design)
        except ValueError:
            continue
        design = applied.design
        done += [edit, applied.inverse]
    done.append(CompoundEdit.of(done, "All"))
    entries = tuple(Entry(Moment(1.0, place), ApplyEdit(edit)) for place, edit in enumerate(done))
    assert loads(dumps(Journal(RICH, entries, Moment(1.0, 99)))).entries == entries


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"windtunnel_journal": None}, "is no recorded run"),
        ({"windtunnel_journal": 2}, "was recorded by another version of Windtunnel"),
        ({"windtunnel_journal": True}, "was recorded by another version of Windtunnel"),
        ({"design": 3}, "design should be an object"),
        ({"design": {}}, "was recorded by another version"),
        ({"design": {"windtunnel": 0}}, "was recorded by another version"),
        ({"design": {"windtunnel": 1, "nodes": 7}}, "design: nodes should be a list, not 7"),
        ({"entries": {}}, "entries should be a list"),
        ({"entries": [3]}, "entry 1: should be an object, not a number"),
        ({"entries": [{"at": 1.0, "fired": 1}]}, "entry 1: needs one of 'load' and 'edit'"),
        ({"entries": [{"at": 1.0, "fired": 1.5, "load": 2}]}, "entry 1: fired should be a whole"),
        ({"entries": [{"at": -1, "fired": 1, "load": 2}]}, "entry 1: at should be at least 0"),
        ({"entries": [{"at": 1e300, "fired": 1, "load": 2}]}, "entry 1: at should be at most"),
        ({"entries": [{"at": 1, "fired": 1, "load": "2"}]}, "entry 1: load should be a number"),
        ({"entries": [{"at": 1, "fired": 1, "load": 2, "x": 1}]}, "x is not known here; remove it"),
        ({"entries": [{"at": 1, "fired": 1, "edit": {}}]}, "entry 1: the edit needs 'edit'"),
        ({"entries": [{"at": 1, "fired": 1, "edit": {"edit": "exec"}}]}, "entry 1: "),
        ({"entries": [{"at": 13, "fired": 1, "load": 2}]}, "end: lies before"),
        ({"end": {"at": 1}}, "end: fired is missing"),
        ({"more": 1}, "more is not known here"),
    ],
)
def test_what_is_no_journal_is_refused_in_one_line(change: dict[str, Any], says: str) -> None:
    with pytest.raises(JournalError) as caught:
        loads(json.dumps(raw() | change), "run")
    message = str(caught.value)
    assert message.startswith("run: ")
    assert says in message
    assert "\n" not in message


def test_a_run_that_goes_backwards_is_refused() -> None:
    entries = [{"at": 2, "fired": 5, "load": 2}, {"at": 3, "fired": 4, "load": 1}]
    with pytest.raises(JournalError, match="run: entry 2: lies before what stands above it"):
        loads(json.dumps(raw() | {"entries": entries}), "run")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("[1]", "holds a list, not a recorded run"),
        ('{"windtunnel_journal": 1, "windtunnel_journal": 1}', "twice"),
        ('{"windtunnel_journal": NaN}', "no JSON number"),
        ("[" * 5000, "nested deeper"),
        ('{"windtunnel": 1}', "is no recorded run"),
    ],
)
def test_texts_that_are_no_journal(text: str, says: str) -> None:
    with pytest.raises(JournalError, match=says):
        loads(text)


def test_files_that_are_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.windtunnel-run"
    with pytest.raises(JournalError, match=r"a\.windtunnel-run: cannot be read"):
        load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(JournalError, match="is not UTF-8 text"):
        load(path)
    path.write_text(dumps(JOURNAL), "utf-8")
    assert load(path) == JOURNAL
    monkeypatch.setattr(journal_file, "MOST", 1000)
    with pytest.raises(JournalError, match="is larger than"):
        load(path)
    monkeypatch.setattr(journal_file, "_MAX_ENTRIES", 1)
    with pytest.raises(JournalError):
        loads(dumps(JOURNAL))


def test_what_could_not_be_read_again_is_not_written() -> None:
    deep: Any = 1
    for _ in range(50):
        deep = [deep]
    for value in (2**70, "\ud800", float("inf"), deep):
        entry = Entry(Moment(), ApplyEdit(SetField("web", ("config", "x"), value)))
        with pytest.raises(JournalError, match="this run cannot be recorded"):
            dumps(Journal(RICH, (entry,)))


@st.composite
def broken_journals(draw: Draw) -> Any:
    """A journal with one to three things replaced or removed."""
    made = raw()
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(made)))
        holder, key = parent(made, path), path[-1]
        if draw(st.booleans()):
            holder[key] = draw(JUNK)
        else:
            del holder[key]
    return made


@given(broken_journals())
def test_a_broken_journal_is_read_or_refused_and_never_anything_else(broken: Any) -> None:
    complaints = []
    try:
        journal = loads(json.dumps(broken), "run")
    except JournalError as error:
        complaints.append(str(error))
    else:
        with contextlib.suppress(JournalError, DesignError, StandstillError):
            Session.replay(journal, 0.2)
    assert all(each.startswith("run: ") and "\n" not in each for each in complaints)
