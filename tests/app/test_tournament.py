"""Comparing many designs in the window: what the form asks for, and the picture of the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.studies.asking import plan_of, study_of
from app.studies.pictures import picture_of
from engine.model.files import save
from engine.study import StudyError, Tournament
from engine.study.points import run_point
from tests.helpers.builders import client, design, exponential, link, node
from widgets.study import StudyRequest
from widgets.study.form import StudyForm

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from engine.model.design import Design


def web(instances: int) -> Design:
    """A service with some instances, for money."""
    return design(
        [
            client("users", 150.0),
            node("web", "service", instances=instances, workers=1, service_time=exponential(0.01)),
        ],
        [link("users", "web")],
        duration=20.0,
        warmup=4.0,
        title=f"Web {instances}",
        prices={"instance_hour": 1.0, "gigabyte": 0.0},
    )


def asked(tmp_path: Path, **more: str) -> StudyRequest:
    """Two other designs, as files."""
    paths = [tmp_path / f"web {count}.windtunnel" for count in (2, 9)]
    for count, path in zip((2, 9), paths, strict=True):
        save(web(count), path)
    values = {"file": "; ".join(map(str, paths)), "metrics": "p99, cost_per_hour", "seeds": "2"}
    return StudyRequest("tournament", values | more)


def test_the_form_asks_for_several_files(qtbot: QtBot) -> None:
    """The button adds one to those that are there."""
    form = StudyForm()
    qtbot.addWidget(form)
    form.choose_kind("tournament")
    form.add_file("/designs/a.windtunnel")
    form.add_file("/designs/b.windtunnel")
    assert form.request.values["file"] == "/designs/a.windtunnel; /designs/b.windtunnel"
    form.choose_kind("compare")
    form.add_file("/designs/a.windtunnel")
    form.add_file("/designs/b.windtunnel")
    assert form.request.values["file"] == "/designs/b.windtunnel"


def test_what_is_asked_for_becomes_a_study(tmp_path: Path) -> None:
    """The open design first."""
    study = study_of(asked(tmp_path), web(3))
    assert isinstance(study, Tournament)
    assert [each.title for each in study.designs] == ["Web 3", "Web 2", "Web 9"]
    assert plan_of(study) == "6 runs"
    with pytest.raises(StudyError, match="Choose the designs"):
        study_of(asked(tmp_path, file=" ; "), web(3))
    with pytest.raises(StudyError, match="nowhere"):
        study_of(asked(tmp_path, file="nowhere.windtunnel"), web(3))


def test_the_picture_has_the_front_and_those_beaten(tmp_path: Path) -> None:
    """The tail over the cost: whoever pays more for nothing is no dot of the front."""
    study = study_of(asked(tmp_path, metrics="p99, goodput, cost_per_hour"), web(3))
    report = study.conclude({point.key: run_point(point) for point in study.points({})})
    picture = picture_of(report)
    assert picture is not None
    assert (picture.x_unit, picture.y_unit) == ("$/h", "s")
    assert picture.title == "p99 latency over Cost"
    names = {text for dots in picture.dots for text in dots.texts}
    assert names == {"A", "B", "C"}
    rows = report.table("designs").records()
    front = {row["design"] for row in rows if row["pareto"]}
    shown = {text for dots in picture.dots if dots.good for text in dots.texts}
    assert shown == front


def test_one_metric_has_no_picture(tmp_path: Path) -> None:
    """It takes two axes."""
    study = study_of(asked(tmp_path, metrics="p99"), web(3))
    assert picture_of(study.conclude({})) is None
