"""A record tells everything of an event kind, and everybody tells it alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.model.design import Event
from engine.model.event_fields import EventFields
from engine.model.event_kinds import EVENT_KINDS, event_kind, kind_with_badge
from engine.model.event_record import EventKind

ICONS = {path.stem for path in (Path(__file__).parents[3] / "assets/icons").glob("*.svg")}
each_kind = pytest.mark.parametrize("kind", EVENT_KINDS, ids=[kind.name for kind in EVENT_KINDS])


def an_event(kind: EventKind, **given: object) -> Event:
    """An event as a form starts it."""
    raw = {"at": 1.0, "change": kind.name, "target": "it"}
    raw |= {field.name: field.default for field in kind.fields if field.default is not None}
    raw |= {field.name: "other" for field in kind.fields if field.sort == "item"}
    return Event.model_validate(raw | given)


def test_names_titles_and_badges_differ() -> None:
    for texts in (
        [kind.name for kind in EVENT_KINDS],
        [kind.title for kind in EVENT_KINDS],
        [kind.badge.partition("{")[0] for kind in EVENT_KINDS],
    ):
        assert all(texts)
        assert len(set(texts)) == len(EVENT_KINDS)


@each_kind
def test_a_record_is_whole(kind: EventKind) -> None:
    assert kind.icon in ICONS
    assert kind.help.endswith(".")
    assert "{target}" in kind.sentence
    assert kind.targets
    assert bool(kind.everywhere) == ("everything" in kind.targets)
    assert bool(kind.misses) == (
        kind.hits in {"clients", "stores", "replicas", "users", "keys", "logins"}
    )


@each_kind
def test_its_fields_are_fields_of_events_with_the_same_unit_and_bounds(kind: EventKind) -> None:
    for field in kind.fields:
        info = EventFields.model_fields[field.attribute]
        extra = info.json_schema_extra
        if field.sort != "json":
            assert isinstance(extra, dict)
            assert extra["unit"] == field.unit
        bounds = {
            name: getattr(rule, name)
            for rule in info.metadata
            for name in ("ge", "le")
            if hasattr(rule, name)
        }
        assert bounds == {n: v for n in ("ge", "le") if (v := getattr(field, n)) is not None}
        assert field.required <= (field.default is not None or field.sort == "item")
        assert field.help


@each_kind
def test_an_event_with_the_defaults_is_read_and_told(kind: EventKind) -> None:
    event = an_event(kind)
    assert event.unread() == ()
    sentence, badge = kind.sentence_of(event, str.title), kind.badge_of(event)
    assert "It" in sentence
    assert "{" not in sentence + badge
    assert kind_with_badge(badge) is kind


@each_kind
def test_each_required_field_is_asked_for(kind: EventKind) -> None:
    for field in kind.fields:
        if field.required:
            with pytest.raises(ValueError, match=f"a '{kind.name}' event needs '{field.name}'"):
                an_event(kind, **{field.name: None})


@each_kind
def test_every_entry_of_its_menu_makes_an_event(kind: EventKind) -> None:
    assert kind.menu or kind.hits == "settings"
    for choice in kind.menu:
        assert set(choice.on) <= set(kind.targets)
        values = kind.values(choice)
        assert values.keys() <= {field.name for field in kind.fields}
        event = an_event(kind, **values)
        assert "{" not in kind.choice_text(choice, str)
        assert event.unread() == ()
    if kind.menu and all(field.default is not None for field in kind.fields if field.required):
        assert any(not choice.values for choice in kind.menu) or not kind.fields


def test_a_number_of_instances_is_told() -> None:
    kind = event_kind("slow")
    event = an_event(kind, instances=2)
    assert kind.sentence_of(event, str.title) == "It slow × 10 (2 of its instances)"
    assert kind.badge_of(event) == "slow × 10 (2)"


def test_fields_that_a_kind_does_not_read_are_known_and_the_rest_is_left_alone() -> None:
    raw = {"at": 1, "target": "it", "change": "kill", "factor": 2.0, "with": "x", "later": 1}
    event = Event.model_validate(raw)
    assert event.unread() == ("factor", "with")
    assert event.model_dump(by_alias=True, exclude_unset=True)["later"] == 1


def test_an_unknown_kind_is_refused_with_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"'kill', 'slow'.* or 'set'"):
        Event.model_validate({"at": 1, "target": "it", "change": "boom"})
    with pytest.raises(KeyError):
        event_kind("boom")
    assert kind_with_badge("2 faults") is None


def test_the_schema_tells_what_seconds_are_of_each_kind_that_has_them() -> None:
    having = {kind.name for kind in EVENT_KINDS if any(f.name == "seconds" for f in kind.fields)}
    assert having == {"delay", "error", "drain", "clock", "compromise"}
    told = EventFields.model_fields["seconds"].description or ""
    words = ("Of a delay", "Of errors", "Of a drain", "Of a clock", "Of an attacker")
    assert all(word in told for word in words)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (120, "120"),
        (None, "none"),
        (True, "yes"),
        ("lifo", "lifo"),
        ([], "none"),
        ({"law": "exponential", "mean": 0.05}, "law exponential, mean 0.05"),
        ([{"work": "service_time"}, {"call": "web-db"}], "…"),
        ({"rules": [[14.4, 3600, 300]]}, "…"),
    ],
)
def test_a_setting_is_said_in_words_not_in_code(value: object, said: str) -> None:
    event = Event.model_validate(
        {"at": 1.0, "change": "set", "target": "web", "path": "queue_limit", "value": value}
    )
    assert event.kind.sentence_of(event, str.title) == f"Web: queue_limit = {said}"
