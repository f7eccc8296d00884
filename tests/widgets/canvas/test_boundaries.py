"""What an attacker has and the way that he took, and links that zones shut, are told without colour as well."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.round_trips import RoundTrips
from engine.run.session import Session
from tests.helpers.builders import client, design, link, node
from widgets.canvas.card_painter import HELD, paint_card
from widgets.canvas.card_presenter import CardPresenter
from widgets.canvas.card_state import CardFace
from widgets.canvas.distances import boundary_pills, boundary_rows
from widgets.canvas.frame_painter import frame_label
from widgets.canvas.link_painter import stroke_of
from widgets.canvas.look import Look
from widgets.theme import DARK, LIGHT, IconSet

ATTACK = {"at": 1.0, "target": "web", "change": "compromise", "seconds": 2.0}


def shop() -> Design:
    zone: dict[str, Any] = {"id": "data", "kind": "trust_zone", "config": {"trust": 2}}
    nodes = [
        client("users", 20.0),
        node("web", "service"),
        node("cart", "service"),
        node("db", "sql_database", frame="data"),
        node("logs", "service"),
    ]
    ends = [("users", "web"), ("web", "cart"), ("cart", "db")]
    links = [*(link(*each) for each in ends), link("web", "logs", allowed=False)]
    return design(nodes, links, frames=[zone], events=[ATTACK], duration=20, warmup=0)


def at(made: Design, time: float) -> CardPresenter:
    session, presenter = Session(made), CardPresenter({})
    presenter.set_design(made, {})
    session.snapshot()
    session.advance(time)
    presenter.live.observe(session.snapshot(), 0.5)
    presenter.update_faults()
    return presenter


def test_cards_and_links_wear_what_he_has() -> None:
    made = shop()
    for time, cards, links in (
        (0.5, set(), set()),
        (2.0, {"web"}, set()),
        (4.0, {"web", "cart"}, {"web-cart"}),
    ):
        presenter = at(made, time)
        assert {each.id for each in made.nodes if presenter.card(each.id).compromised} == cards
        assert {each.id for each in made.links if presenter.link(each).walked} == links
    assert presenter.card("cart").fault == "compromised"


def test_links_that_are_shut_say_so_and_those_that_are_let_in() -> None:
    made = shop()

    def signs(name: str) -> list[str]:
        way = made.link_by_id[name]
        return [each.text for each in boundary_pills(way, made, RoundTrips(made))]

    assert [signs(each.id) for each in made.links] == [[], [], ["not allowed"], ["not allowed"]]
    shut = made.link_by_id["cart-db"]
    assert list(boundary_rows(shut, made, RoundTrips(made))) == [("Leads into", "data, trust 2")]
    made = SetField("cart-db", ("config", "allowed"), value=True).apply(made).design
    assert signs("cart-db") == ["allowed"]
    assert frame_label(made.frames[0]).endswith("trust 2")


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_it_is_told_without_colour(theme: Any) -> None:
    look = Look(theme, IconSet())

    def grey(*, compromised: bool) -> QImage:
        image = QImage(200, 110, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.black)
        with QPainter(image) as painter:
            painter.translate(10.0, 12.0)
            face = CardFace(name="Web", icon="service", live="1 rps", compromised=compromised)
            paint_card(painter, face, look)
        return image.convertToFormat(QImage.Format.Format_Grayscale8)

    calm, held = grey(compromised=False), grey(compromised=True)
    spots = [(x, y) for x in range(200) for y in range(110)]
    differing = sum(
        abs(calm.pixelColor(x, y).value() - held.pixelColor(x, y).value()) > 12 for x, y in spots
    )
    assert differing > 1000
    presenter = at(shop(), 4.0)
    faces = {each.id: presenter.link(each) for each in shop().links}
    assert stroke_of(faces["web-cart"], look, 1.0).dashPattern() == HELD
    assert not stroke_of(faces["users-web"], look, 1.0).dashPattern()
