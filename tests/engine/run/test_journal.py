"""A run is repeated from its journal to the last bit, wherever in an instant it was changed."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from engine.model.design import Design
from engine.model.edits import CompoundEdit, EditError, Move, Position, Remove, SetDesign, SetField
from engine.run.journal import Entry, Journal, JournalError, Moment, Recorder
from engine.run.journal_file import dumps, loads
from engine.run.protocol import ApplyEdit, SetLoad
from engine.run.session import DesignError, Session
from engine.sim.report import result_of
from tests.helpers.builders import client, constant, exponential, link, node, raw_design

if TYPE_CHECKING:
    from engine.model.edits import Edit


def design(**more: Any) -> Design:
    """A shop with users of every sort, a store, a flow over links that retry, and an event."""
    raw = raw_design(
        [
            client("users", 60.0),
            node("crowd", "client", arrivals={"process": "closed", "users": 12, "think_time": 0.1}),
            node("lb", "load_balancer"),
            node("web", "service", instances=2, workers=4, service_time=exponential(0.02)),
            node("cache", "cache", capacity=100),
            node("db", "sql_database", read_time=constant(0.01)),
        ],
        [
            link("users", "lb", timeout=0.5, retry={"attempts": 2}),
            link("crowd", "lb"),
            link("lb", "web"),
            link("web", "cache"),
            link("cache", "db", jitter=0.001),
        ],
        duration=12,
        warmup=2,
        seed=5,
        events=[{"at": 4, "duration": 2, "target": "web", "change": "kill", "instances": 1}],
    )
    return Design.model_validate(raw | more)


def instants() -> Design:
    """Twelve users who all think and wait for the same times, so that all happens at once."""
    raw = raw_design(
        [
            node("crowd", "client", arrivals={"process": "closed", "users": 12, "think_time": 0.1}),
            node("web", "service", instances=3, workers=4, service_time=constant(0.05)),
        ],
        [link("crowd", "web", timeout=1.0)],
        duration=12,
        warmup=2,
        seed=4,
    )
    return Design.model_validate(raw)


def broken(session: Session, **event: Any) -> SetDesign:
    """*Break it*: one event more."""
    events = session.design.scenario.events
    raw = [each.model_dump(mode="json", by_alias=True, exclude_unset=True) for each in events]
    return SetDesign(("scenario", "events"), [*raw, event], "Break")


def standing(session: Session) -> tuple[object, ...]:
    """Everything by which two sessions could be told apart."""
    machine = session._simulation.machine
    now = result_of(machine, session.design.objectives, 0.0)["hash"]
    agenda = machine.agenda
    counts = (int(agenda.seq), agenda.pending, session.requests)
    return session.moment, counts, now, session.is_over, session.result()["hash"], session.design


def some_edit(dice: random.Random, session: Session, undo: list[Edit]) -> Edit:
    """Something that a person may do while it runs; not all of it fits."""
    at = session.now + dice.choice([0.0, 0.0, 0.01, 0.7])
    lasting = {"at": at, "duration": dice.choice([0.4, 2.0])}
    scenario = session.design.scenario
    edits: list[Edit] = [
        broken(session, change="kill", target="web", instances=1, **lasting),
        broken(session, change="kill", target="web", at=at),
        broken(session, change="slow", target="web", factor=4, **lasting),
        broken(session, change="error", target="web", probability=0.3, **lasting),
        broken(session, change="traffic", factor=2, **lasting),
        broken(session, change="flush", target="cache", at=at),
        SetDesign(("scenario", "events"), [], "Repair"),
        SetDesign(("scenario", "duration"), scenario.duration * dice.choice([0.9, 1.1])),
        SetDesign(("scenario", "warmup"), scenario.warmup * dice.choice([0.5, 1.3])),
        SetDesign(("title",), f"Shop {dice.random()}"),
        SetField("web", ("config", "workers"), dice.randrange(0, 7)),
        SetField("web", ("config", "instances"), dice.randrange(1, 5)),
        SetField("crowd", ("config", "arrivals", "users"), dice.randrange(1, 30)),
        Move((Position("web", 3.0, dice.random()),)),
        Remove.of("db"),
    ]
    return undo.pop() if undo and dice.random() < 0.2 else dice.choice(edits)


def drive(session: Session, dice: random.Random) -> None:
    """A slice, some steps by requests, or a look."""
    act = dice.random()
    if act < 0.5:
        session.advance(session.now + dice.choice([1e-6, 0.001, 0.033, 0.5, dice.random()]))
    elif act < 0.75:
        for _ in range(dice.randrange(1, 6)):
            session.advance_request()
    elif act < 0.95:
        session.snapshot()
    else:
        session.result()


def change(session: Session, dice: random.Random, undo: list[Edit]) -> None:
    """Turn the dial, or edit; what does not fit changes nothing."""
    if dice.random() < 0.4:
        for _ in range(dice.randrange(1, 5)):
            session.set_load(dice.choice([0.5, 1.0, 1.3, 2.0]))
        return
    edit = some_edit(dice, session, undo)
    with contextlib.suppress(EditError, DesignError):
        inverse = edit.apply(session.design).inverse
        session.apply(edit)
        undo.append(inverse)


def lived(begun: Design, dice: random.Random, changes: int) -> Session:
    """A session that was driven past its end as the window does it, and changed so many times."""
    session, undo = Session(begun), []
    while session.now < 14.0:
        if changes and dice.random() < 0.2:
            changes -= 1
            change(session, dice, undo)
        else:
            drive(session, dice)
    return session


@pytest.mark.parametrize("seed", range(12))
def test_slices_steps_and_looks_change_nothing(seed: int) -> None:
    session = lived(design(), random.Random(seed), changes=0)
    straight = Session(design())
    straight.advance(session.now)
    assert straight.result()["hash"] == session.result()["hash"]
    assert session.journal().entries == ()
    assert standing(Session.replay(session.journal())) == standing(session)


@pytest.mark.parametrize("seed", range(24))
def test_whatever_was_done_is_done_again_from_the_file(seed: int) -> None:
    begun = instants() if seed % 3 == 0 else design()
    session = lived(begun, random.Random(seed), changes=25)
    journal = loads(dumps(session.journal()))
    assert journal == session.journal()
    assert journal.entries
    assert standing(Session.replay(journal)) == standing(session)


@pytest.mark.parametrize("seed", range(12))
def test_a_run_goes_on_from_any_time_as_it_did(seed: int) -> None:
    dice = random.Random(seed)
    session = lived(instants() if seed % 3 == 0 else design(), dice, changes=25)
    journal = session.journal()
    until = dice.random() * session.now
    again = Session.replay(journal, until)
    assert again.now == until
    for entry in journal.entries:
        if entry.at.time >= until:
            again.repeat(entry)
    assert again.journal().entries == journal.entries
    assert standing(Session.replay(replace(again.journal(), end=journal.end))) == standing(session)


def test_a_run_goes_on_differently_from_a_time() -> None:
    session = Session(design())
    session.advance(3.0)
    session.set_load(2.0)
    session.advance(6.0)
    session.apply(SetField("web", ("config", "instances"), 4))
    session.advance(12.0)
    fork = Session.replay(session.journal(), 5.0)
    assert [entry.command for entry in fork.journal().entries] == [SetLoad(2.0)]
    fork.apply(SetField("web", ("config", "instances"), 1))
    fork.advance(12.0)
    assert fork.result()["hash"] != session.result()["hash"]
    assert standing(Session.replay(fork.journal())) == standing(fork)


def test_what_is_done_at_a_time_comes_after_it() -> None:
    session = Session(design())
    session.set_load(2.0)
    session.advance(3.0)
    session.set_load(0.5)
    session.advance(4.0)
    assert Session.replay(session.journal(), 0.0).journal().entries == ()
    assert len(Session.replay(session.journal(), 3.0).journal().entries) == 1


@pytest.mark.parametrize("answers", range(1, 11))
def test_an_edit_in_the_middle_of_an_instant(answers: int) -> None:
    """All users are answered at once; after each of the answers the design is another."""
    session = Session(instants())
    session.advance(2.9)
    for _ in range(answers):
        session.advance_request()
    instant = session.now
    session.apply(SetField("web", ("config", "service_time", "mean"), 0.07))
    session.apply(broken(session, change="kill", target="web", instances=1, at=instant))
    session.set_load(1.5)
    session.advance_request()
    session.apply(SetField("web", ("config", "workers"), 2))
    session.advance(12.0)
    entries = session.journal().entries
    assert [entry.at.time for entry in entries] == [instant] * 4
    at_its_begin = Session.replay(session.journal(), instant).moment
    assert at_its_begin.time == instant
    assert all(entry.at.fired > at_its_begin.fired for entry in entries)
    assert standing(Session.replay(session.journal())) == standing(session)


def test_a_journal_may_end_in_the_middle_of_an_instant() -> None:
    session = Session(instants())
    session.advance(2.9)
    for _ in range(5):
        session.advance_request()
    again = Session.replay(session.journal())
    assert standing(again) == standing(session)
    for each in (session, again):
        each.advance(12.0)
    assert standing(again) == standing(session)


def test_a_dial_that_is_dragged_while_all_stands_still_is_one_entry() -> None:
    session = Session(design())
    session.advance(3.0)
    for step in range(500):
        session.set_load(1.0 + step / 100)
    (entry,) = session.journal().entries
    assert entry == Entry(session.moment, SetLoad(5.99))
    session.advance(5.0)
    assert session.journal().entries == (entry,)
    assert standing(Session.replay(session.journal())) == standing(session)


def test_a_dial_that_is_turned_back_was_never_turned() -> None:
    session = Session(design())
    session.set_load(3.0)
    session.set_load(1.0)
    session.advance(5.0)
    assert session.journal().entries == ()


def test_the_dial_and_edits_keep_their_order() -> None:
    session = Session(design())
    session.advance(3.0)
    session.set_load(3.0)
    session.apply(SetField("crowd", ("config", "arrivals", "users"), 20))
    session.set_load(1.0)
    session.advance(12.0)
    kinds = [type(entry.command) for entry in session.journal().entries]
    assert kinds == [SetLoad, ApplyEdit, SetLoad]
    assert standing(Session.replay(session.journal())) == standing(session)


def test_what_was_refused_is_not_in_the_journal() -> None:
    session = Session(design())
    session.advance(3.0)
    with pytest.raises(DesignError):
        session.apply(SetField("web", ("config", "workers"), -3))
    with pytest.raises(EditError):
        session.apply(SetField("nobody", ("config", "workers"), 3))
    assert session.journal().entries == ()


def test_standing_still_is_nothing_even_where_a_warm_up_has_just_ended() -> None:
    session = Session(design())
    session.advance(1.5)
    session.apply(SetDesign(("scenario", "warmup"), 1.0))
    session.advance(1.5)
    session.apply(CompoundEdit.of([SetField("web", ("config", "instances"), 3)], "More"))
    session.advance(12.0)
    assert session.result()["warmup"] == 1.5
    assert standing(Session.replay(session.journal())) == standing(session)


@pytest.mark.parametrize("duration", [8.0, 3.0, 4.0])
def test_the_end_of_the_scenario_may_move(duration: float) -> None:
    """To a later time, to one that has passed, and to this very moment."""
    session = Session(design())
    session.advance(4.0)
    session.apply(SetDesign(("scenario", "duration"), duration))
    session.advance(30.0)
    again = Session.replay(session.journal())
    assert again.is_over == session.is_over == (duration > 4.0)
    assert standing(again) == standing(session)


def test_a_step_by_a_request_over_the_end_settles_the_result() -> None:
    session = Session(design(nodes=[client("users", 0.2), node("web", "service")],
                             links=[link("users", "web")]))  # fmt: skip
    while session.now < 12.0:
        session.advance_request()
    assert session.now > 12.0
    assert session.result()["duration"] == 12.0
    assert standing(Session.replay(session.journal())) == standing(session)


def test_a_journal_of_another_run_is_refused_where_it_departs() -> None:
    session = Session(design())
    session.advance(3.0)
    session.set_load(2.0)
    session.advance(6.0)
    journal = session.journal()
    other = SetDesign(("scenario", "seed"), 99).apply(journal.design).design
    with pytest.raises(JournalError, match="at 3 s: the run goes another way"):
        Session.replay(replace(journal, design=other))


@pytest.mark.parametrize("moment", [Moment(1.0, 10**12), Moment(1.0, 0), Moment(0.5, 3)])
def test_a_moment_to_which_no_run_comes_is_refused(moment: Moment) -> None:
    with pytest.raises(JournalError):
        Session.replay(Journal(design(), (), moment))


def test_a_command_that_does_not_fit_is_refused() -> None:
    for edit in (SetField("nobody", ("name",), "x"), SetField("web", ("config", "workers"), -3)):
        with pytest.raises(JournalError, match="at 0 s: Change: "):
            Session.replay(Journal(design(), (Entry(Moment(), ApplyEdit(edit)),)))


def test_a_recorder_that_is_full_keeps_nothing_and_says_so() -> None:
    recorder = Recorder(design(), room=1000)
    for place in range(1000):
        recorder.note(Entry(Moment(float(place)), SetLoad(2.0)))
    assert recorder._entries == []
    with pytest.raises(JournalError, match="more was changed in it than a journal holds"):
        recorder.journal(Moment())


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_what_no_file_can_hold_makes_no_journal(value: Any) -> None:
    recorder = Recorder(design())
    recorder.note(Entry(Moment(), ApplyEdit(SetField("web", ("config", "x"), value))))
    with pytest.raises(JournalError, match="what no file can hold"):
        recorder.journal(Moment())
