"""Studies speak of metrics and settings by the names that people know."""

from __future__ import annotations

import pytest

from app.studies.naming import Names, setting_title
from engine.catalog.measures import title_of, with_titles
from engine.study.report import Column, Report, Table
from tests.helpers.builders import design, link, node
from widgets.study.picture import Band, Picture

SHOP = design(
    [
        node("users", "client", name="Shoppers"),
        node("web", "service", name="Web"),
        node("web-2", "service", name="Back end"),
    ],
    [link("users", "web"), link("web", "web-2")],
)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("users.latency.p99", "Shoppers: p99 latency"),
        ("web.utilization", "Web: utilization"),
        ("web-2.residence.p99", "Back end: p99 residence"),
        ("users-web.attempts", "Shoppers → Web: attempts"),
        ("users.nonsense", "users.nonsense"),
        ("nobody.latency.p99", "nobody.latency.p99"),
    ],
)
def test_a_metric_has_a_name(path: str, wanted: str) -> None:
    assert title_of(SHOP, path) == wanted


def test_sentences_have_names_and_keep_everything_else() -> None:
    said = "web-2.utilization is 0.5 at load 1.5; users.latency.p99 moves. web.workers=2, 3.14 s."
    names = {"web.workers": setting_title(SHOP, "web.workers")}
    assert with_titles(SHOP, said, names) == (
        "Back end: utilization is 0.5 at load 1.5; Shoppers: p99 latency moves. "
        "Web · workers=2, 3.14 s."
    )


def test_reports_and_pictures_have_names() -> None:
    table = Table(
        "metrics",
        "Metrics",
        (Column("metric", "Metric"), Column("a users.latency.p99", "A users.latency.p99", "s")),
        (("users.latency.p99", 0.25),),
    )
    report = Report(
        "replicate", "Of web.workers", ("users.latency.p99 is 1 s.",), (table,), (), 1, 1
    )
    named = Names(SHOP).in_report(report)
    assert named.sentences == ("Shoppers: p99 latency is 1 s.",)
    assert named.title == "Of Web · workers"
    assert named.tables[0].rows == (("Shoppers: p99 latency", 0.25),)
    assert [each.title for each in named.tables[0].columns] == ["Metric", "A Shoppers: p99 latency"]
    assert named.tables[0].columns[1].name == "a users.latency.p99"
    band = Band("users.goodput", (1.0,), (2.0,), (1.0,), (3.0,))
    picture = Names(SHOP).in_picture(Picture("users.goodput over web.workers", bands=(band,)))
    assert picture is not None
    assert picture.title == "Shoppers: goodput over Web · workers"
    assert picture.bands[0].label == "Shoppers: goodput"
