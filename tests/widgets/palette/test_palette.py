"""The palette: finding a component by typing, placing it by key, mouse and drag."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from engine.model.component import CATEGORIES, Component
from engine.model.fields import Config
from widgets.palette import KIND_MIME_TYPE, PalettePanel
from widgets.palette.delegate import SHORT, TALL
from widgets.palette.model import COMPONENT_ROLE, PaletteModel
from widgets.palette.panel import drag_picture
from widgets.theme import DARK, LIGHT


def component(
    kind: str, title: str, category: str, summary: str = "", guide: str = ""
) -> Component:
    return Component(
        kind=kind,
        title=title,
        category=category,
        summary=summary,
        icon=kind,
        help=guide,
        config=Config,
        input="calls",
        output="calls",
    )


COMPONENTS = (
    component("queue", "Queue", "Messaging", "Holds messages until a worker takes them"),
    component("cdn", "CDN", "Edge", "Edge caches near the users"),
    component("client", "Client", "Traffic", "Sends requests"),
    component("cache", "Cache", "Data", "Answers hot keys from memory", "Like Redis."),
    component("sql_database", "SQL database", "Data", "Connections, reads and writes"),
)


@pytest.fixture
def look(manager):
    return manager


@pytest.fixture
def panel(qtbot, look):
    made = PalettePanel(COMPONENTS, look)
    qtbot.addWidget(made)
    made.resize(232, 640)
    with qtbot.waitExposed(made):
        made.show()
    return made


def rows(panel: PalettePanel) -> list[str]:
    model = panel.list.model()
    return [model.index(i, 0).data() for i in range(model.rowCount())]


def test_components_stand_under_their_categories_in_order(panel) -> None:
    headings = [row for row in rows(panel) if row in CATEGORIES]
    assert headings == ["Traffic", "Edge", "Data", "Messaging"]
    assert rows(panel)[:4] == ["Traffic", "Client", "Edge", "CDN"]


def test_typing_filters_by_every_word_and_by_product_names(qtbot, panel) -> None:
    qtbot.keyClicks(panel.search_field, "cach")
    assert rows(panel) == ["Edge", "CDN", "Data", "Cache"]
    panel.search_field.setText("redis")
    assert rows(panel) == ["Data", "Cache"]
    panel.search_field.setText("data reads")
    assert rows(panel) == ["Data", "SQL database"]


def test_enter_places_the_best_match_though_it_is_not_first(qtbot, panel) -> None:
    qtbot.keyClicks(panel.search_field, "cac")
    with qtbot.waitSignal(panel.place_requested) as placed:
        qtbot.keyClick(panel.search_field, Qt.Key.Key_Return)
    assert placed.args == ["cache"]


def test_enter_without_a_search_places_nothing(qtbot, panel) -> None:
    with qtbot.assertNotEmitted(panel.place_requested):
        qtbot.keyClick(panel.search_field, Qt.Key.Key_Return)


def test_nothing_found_says_so_and_escape_brings_all_back(qtbot, panel) -> None:
    qtbot.keyClicks(panel.search_field, "mesh")
    assert rows(panel) == []
    assert "mesh" in panel._nothing.text()
    assert panel._nothing.isVisible()
    qtbot.keyClick(panel.search_field, Qt.Key.Key_Escape)
    assert len(rows(panel)) == 9
    assert not panel._nothing.isVisible()


def test_arrows_lead_from_the_search_to_the_list_and_skip_headings(qtbot, panel) -> None:
    panel.focus_search()
    qtbot.keyClick(panel.search_field, Qt.Key.Key_Down)
    assert panel.list.currentIndex().data() == "Client"
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.list.currentIndex().data() == "CDN"
    with qtbot.waitSignal(panel.place_requested) as placed:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert placed.args == ["cdn"]


def test_a_double_click_places_an_entry_but_not_a_heading(qtbot, panel) -> None:
    model, view = panel.list.model(), panel.list
    for row, expected in ((0, None), (1, "client")):
        heard = []
        panel.place_requested.connect(heard.append)
        where = view.visualRect(model.index(row, 0)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
        assert heard == ([expected] if expected else [])
        panel.place_requested.disconnect(heard.append)


def test_a_drag_carries_the_kind(panel) -> None:
    model = panel.list.model()
    data = model.mimeData([model.index(3, 0)])
    assert data.formats() == [KIND_MIME_TYPE]
    assert bytes(data.data(KIND_MIME_TYPE).data()).decode() == "cdn"
    assert model.flags(model.index(3, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_the_drag_picture_is_sharp_on_dense_screens(look) -> None:
    picture = drag_picture(COMPONENTS[3], look, 2.0)
    assert picture.devicePixelRatio() == 2.0
    assert picture.height() == 72


def test_summaries_give_way_when_the_list_would_not_fit(qtbot, panel) -> None:
    queue = panel.list.model().rowCount() - 1
    assert panel.list.sizeHintForRow(1) == TALL
    assert panel.list.sizeHintForRow(queue) > TALL
    spare = panel.list.viewport().height() - panel.list._height()
    panel.resize(232, panel.height() - spare - 2)
    assert panel.list.sizeHintForRow(queue) == TALL
    panel.resize(232, 260)
    assert panel.list.sizeHintForRow(1) == SHORT
    assert panel.list.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == "Sends requests"


def test_rows_are_painted_in_the_theme_in_force(panel, look) -> None:
    def colours() -> set[str]:
        image = panel.list.viewport().grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(60) for y in range(image.height())}

    assert DARK.panel in colours()
    look.set_preference("light")
    assert LIGHT.panel in colours()
    assert DARK.panel not in colours()


def test_every_component_of_any_category_is_listed(qapp) -> None:
    many = [component(f"kind{i}", f"Kind {i}", CATEGORIES[i % 6]) for i in range(60)]
    model = PaletteModel(many)
    listed = {
        model.index(i, 0).data(COMPONENT_ROLE).kind
        for i in range(model.rowCount())
        if model.index(i, 0).data(COMPONENT_ROLE)
    }
    assert listed == {c.kind for c in many}
