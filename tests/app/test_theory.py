"""Predictions follow the document, the load dial, and the time where it matters."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from app.analysis import Analysis, InlineMind
from app.document import DesignDocument
from app.theory import TheoryService
from engine.model.design import Design
from engine.model.edits import SetField
from tests.helpers.builders import design, exponential, link, node


@pytest.fixture
def owner(qapp) -> QObject:
    return QObject()


def shop(rate: object = 80.0) -> Design:
    users = node("users", "client", arrivals={"process": "poisson", "rate": rate})
    web = node("web", "service", workers=1, service_time=exponential(0.01))
    return design([users, web], [link("users", "web")])


def opened(owner: QObject, made: Design) -> tuple[DesignDocument, TheoryService]:
    document = DesignDocument(owner)
    service = TheoryService(document, Analysis(document, InlineMind))
    document.replace(made, None)
    return document, service


def wait_of(service: TheoryService) -> float | None:
    assert service.theory is not None
    return service.theory.nodes["web"].wait


def test_an_edit_is_predicted_at_once(owner, qtbot) -> None:
    document, service = opened(owner, shop())
    qtbot.waitUntil(lambda: service.theory is not None)
    assert wait_of(service) == pytest.approx(0.04)
    with qtbot.waitSignal(service.changed, timeout=60_000):
        document.push(SetField("web", ("config", "workers"), 2, "More workers"))
    assert wait_of(service) == pytest.approx(0.01 * 0.16 / 0.84)


def test_the_load_dial_counts(owner, qtbot) -> None:
    _, service = opened(owner, shop(50.0))
    with qtbot.waitSignal(service.changed, timeout=60_000):
        service.set_load(1.6)
    assert wait_of(service) == pytest.approx(0.04)


def test_time_counts_where_the_rate_follows_a_schedule(owner, qtbot) -> None:
    _, service = opened(owner, shop([[0, 0], [100, 100]]))
    with qtbot.waitSignal(service.changed, timeout=60_000):
        service.refresh()
    with qtbot.waitSignal(service.changed, timeout=60_000):
        service.set_time(80.0)
    assert wait_of(service) == pytest.approx(0.04)


def test_time_does_not_count_where_nothing_changes(owner, qtbot) -> None:
    _, service = opened(owner, shop())
    with qtbot.waitSignal(service.changed, timeout=60_000):
        service.refresh()
    with qtbot.assertNotEmitted(service.changed, wait=700):
        service.set_time(80.0)


def test_a_design_that_cannot_run_has_no_prediction(owner, qtbot) -> None:
    broken = shop(-5.0)
    document, service = opened(owner, broken)
    with qtbot.waitSignal(service.changed, timeout=60_000):
        service.refresh()
    assert service.theory is None
    assert document.design == broken
