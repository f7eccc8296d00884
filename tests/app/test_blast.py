"""From a chaos study to the map on the canvas: what each failure does, and whom one of them reaches."""

from __future__ import annotations

import pytest

from app.studies.asking import study_of
from app.studies.blast import overview, reach
from engine.study import Chaos, StudyError, Variant
from engine.study.faults import EACH, FAULTS
from engine.study.triggers import TRIGGERS
from tests.engine.study.helpers import conclude
from tests.helpers.builders import client, constant, design, link, node
from widgets.study import KINDS, StudyRequest
from widgets.study import breaking as offered


def shop(**more):
    """Users on a shop in a zone, which recommends where it can; bots on an API that asks the same database."""
    quick = {"workers": 8, "service_time": constant(0.005)}
    nodes = [
        client("users", 40.0),
        client("bots", 20.0),
        node("web", "service", frame="east", **quick),
        node("extra", "service", frame="east", **quick),
        node("api", "service", **quick),
        node("db", "service", **quick),
        node("idle", "service", **quick),
    ]
    links = [
        link("users", "web", timeout=1.0),
        link("web", "extra", timeout=0.1, fallback={"kind": "static"}),
        link("web", "db", timeout=0.5),
        link("bots", "api", timeout=1.0),
        link("api", "db", timeout=0.5, probability=0.4),
    ]
    frames = [{"id": "east", "kind": "zone", "name": "East"}]
    wanted = {"duration": 60, "warmup": 10, "seed": 3, "frames": frames}
    return design(nodes, links, **(wanted | more))


@pytest.fixture(scope="module")
def chaos():
    study = Chaos(Variant.of(shop()))
    return study, conclude(study)


def test_each_item_wears_what_its_failure_does(chaos) -> None:
    marks = overview(*chaos).marks
    assert {item: (mark.word, mark.tone) for item, mark in marks.items()} == {
        "web": ("breaks", "failing"),
        "extra": ("holds", "healthy"),
        "api": ("breaks", "failing"),
        "db": ("breaks", "failing"),
        "idle": ("holds", "healthy"),
        "users-web": ("breaks", "failing"),
        "web-extra": ("holds", "healthy"),
        "web-db": ("breaks", "failing"),
        "bots-api": ("breaks", "failing"),
        "api-db": ("costs", "strained"),
        "east": ("breaks", "failing"),
    }
    assert marks["db"].detail.startswith("Users −100 %")
    assert marks["api-db"].share == pytest.approx(0.4, abs=0.05)
    assert marks["extra"].detail == "nobody loses"


def test_the_reach_of_a_failure_is_whom_it_takes_down(chaos) -> None:
    found = reach(*chaos, "db", "kill")
    assert found.title == "Killed: Db"
    words = {item: mark.word for item, mark in found.marks.items()}
    assert words["db"] == "killed"
    assert words["users"] == "lost"
    assert found.marks["users"].tone == "failing"
    assert found.marks["bots"].tone == "strained"
    assert found.marks["bots"].detail.endswith("% goodput")
    assert words["web"] == words["web-db"] == "fails"
    assert words["extra"] == "unhurt"
    assert words["idle"] == "unused"


def test_what_nothing_comes_to_any_more_is_starved_and_not_unhurt(chaos) -> None:
    found = reach(*chaos, "web", "kill")
    assert found.marks["extra"].word == "starved"
    assert found.marks["extra"].tone == "idle"
    assert found.marks["db"].word == "starved"
    assert found.marks["db"].share == 0.0
    assert found.marks["api"].word == "unhurt"


def test_a_killed_frame_takes_its_nodes_and_a_cut_one_its_links(chaos) -> None:
    killed = reach(*chaos, "east", "kill").marks
    assert {item for item, mark in killed.items() if mark.word == "killed"} == {
        "east",
        "web",
        "extra",
    }
    study = Chaos(Variant.of(shop()), targets=("east", "db"), faults=("cut",))
    report = conclude(study)
    cut = reach(study, report, "east", "cut").marks
    assert {item for item, mark in cut.items() if mark.word == "cut"} == {
        "east",
        "users-web",
        "web-db",
    }
    cut = reach(study, report, "db", "cut").marks
    assert {item for item, mark in cut.items() if mark.word == "cut"} == {"db", "web-db", "api-db"}


def test_of_several_faults_the_one_that_does_most_is_on_the_map() -> None:
    study = Chaos(Variant.of(shop()), targets=("db",), faults=("slow", "kill"), factor=1.1)
    assert overview(study, conclude(study)).marks["db"].word == "breaks"


def test_what_was_aborted_and_what_stays_down_say_so() -> None:
    study = Chaos(Variant.of(shop()), targets=("db",), abort=("users.availability<0.5",))
    assert overview(study, conclude(study)).marks["db"].word == "aborted"
    retry = {"attempts": 3, "backoff": {"base": 0, "jitter": "none"}}
    storm = design(
        [client("users", 250.0), node("web", "service", workers=3, service_time=constant(0.01))],
        [link("users", "web", timeout=1.0, retry=retry)],
        duration=80, warmup=10,
    )  # fmt: skip
    study = Chaos(Variant.of(storm), targets=("web",), faults=("slow",), lasting=10.0)
    mark = overview(study, conclude(study)).marks["web"]
    assert (mark.word, mark.tone) == ("stays down", "down")


def test_no_row_no_reach(chaos) -> None:
    assert reach(*chaos, "db", "slow") is None


def test_the_form_offers_what_the_studies_take() -> None:
    for choices, known in (
        (offered.EACH, EACH),
        (offered.FAULTS, FAULTS),
        (offered.TRIGGERS, TRIGGERS),
    ):
        assert sorted(choice.value for choice in choices) == sorted(known)


def asked(kind: str, drawn=None, **texts: str):
    (found,) = [each for each in KINDS if each.name == kind]
    usual = {field.name: field.default for field in found.fields if not field.optional}
    return study_of(StudyRequest(kind, usual | texts), drawn or shop())


def test_everything_that_the_command_line_can_set_is_set_by_the_form() -> None:
    study = asked(
        "chaos", each="node, zone", target="web-db,users", fault="kill, slow", at="12s", factor="4",
        delay="50ms", instances="1", abort="users.availability<0.5, users.latency.p99>2s",
        window="2s", tolerance="7 %", seeds="3", **{"for": "20"},
    )  # fmt: skip
    assert study == Chaos(
        Variant.of(shop()), each=("node", "zone"), targets=("web-db", "users"), faults=("kill", "slow"),
        at=12.0, lasting=20.0, factor=4.0, delay=0.05, instances=1, window=2.0, tolerance=0.07, seeds=3,
        abort=("users.availability<0.5", "users.latency.p99>2s"),
    )  # fmt: skip
    study = asked(
        "metastability", trigger="kill", target="db", factor="3", watch="2min", over="0.5:1.4",
        levels="5", hold="30s", tolerance="20 %", seeds="2", **{"for": "5s"},
    )  # fmt: skip
    given = (study.trigger, study.target, study.lasting, study.factor, study.watch, study.over)
    assert given == ("kill", "db", 5.0, 3.0, 120.0, (0.5, 1.4))
    assert (study.levels, study.hold, study.tolerance, study.seeds) == (5, 30.0, 0.2, 2)


def test_empty_fields_leave_it_to_the_study() -> None:
    assert asked("chaos") == Chaos(Variant.of(shop()))


REFUSED = [
    ("chaos", {"each": "nodes"}, "“Each” nodes: write node, link"),
    ("chaos", {"target": "dbb"}, "dbb: there is no such node, link or frame; did you mean 'db'?"),
    ("chaos", {"fault": "kil"}, "“How” kil: write kill, slow or cut"),
    ("chaos", {"at": "5 h"}, "before the end of the run"),
    ("chaos", {"window": "soon"}, "Held for: "),
    ("chaos", {"instances": "two"}, "Instances: “two” is not a whole number"),
    ("chaos", {"abort": "users.nothing<1"}, "users.nothing"),
    ("metastability", {"over": "1"}, "Loads: “1” are not two loads"),
    ("metastability", {"trigger": "hit"}, "“Trigger” hit: write slow, kill, cut, traffic or flush"),
    ("metastability", {"trigger": "flush"}, "“Trigger” flush: the design has no cache"),
    ("metastability", {"levels": "1"}, "1 levels"),
]


@pytest.mark.parametrize(("kind", "texts", "said"), REFUSED)
def test_what_cannot_be_is_said_in_the_words_of_the_form(kind, texts, said) -> None:
    with pytest.raises(StudyError) as caught:
        asked(kind, **texts)
    assert said in str(caught.value)
    assert "--" not in str(caught.value)


def test_where_nothing_can_be_broken_the_form_says_what_to_name() -> None:
    alone = Variant.of(design([client("users", 10.0)], [], duration=20, warmup=2)).made()
    for kind, said in (
        (
            "chaos",
            "there is nothing of that sort to break; write “Each” node, link or zone, or “Or these” ID",
        ),
        ("metastability", "nothing in the design can be full; name what is triggered with “Of”"),
    ):
        with pytest.raises(StudyError) as caught:
            asked(kind, alone)
        assert str(caught.value) == said
