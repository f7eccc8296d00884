"""Every component of the catalog gets a complete form by itself."""

from __future__ import annotations

import pytest

from engine.catalog import COMPONENTS
from engine.model.class_names import renaming
from engine.model.component import Component
from engine.model.design import Design, Node
from engine.model.link import LinkConfig
from widgets.inspector import InspectorPanel
from widgets.inspector.editors.choice import options_of
from widgets.inspector.fields import config_fields

components = pytest.mark.parametrize("component", COMPONENTS, ids=[c.kind for c in COMPONENTS])


@components
def test_every_field_has_an_editor_a_title_and_help(component: Component) -> None:
    for field in config_fields(component.config, dict(component.sample)):
        assert field.shape.sort != "json", field.path
        assert field.title, field.path
        assert field.help, field.path


def test_every_field_of_a_link_has_a_title_and_help() -> None:
    assert all(field.title and field.help for field in config_fields(LinkConfig, {}))


@components
def test_no_two_options_of_a_choice_read_alike(component: Component) -> None:
    for field in config_fields(component.config, dict(component.sample)):
        labels = [option.label for option in options_of(field)]
        assert len({*labels}) == len(labels), field.path


@components
def test_laws_by_class_follow_the_name_of_a_class(component: Component) -> None:
    for field in config_fields(component.config, dict(component.sample)):
        if field.shape.sort == "laws":
            config = {field.path[-1]: {"page": {"law": "constant", "mean": 1.0}}}
            node = Node(id="n", kind=component.kind, config=config)
            edits = list(renaming(Design(nodes=(node,)), "page", "site"))
            assert [each.path for each in edits] == [("config", field.path[-1])]


@components
def test_its_icon_is_drawn(look, component: Component) -> None:
    assert look.icons.has(component.icon)


@components
def test_the_form_of_a_fresh_node_builds_and_complains_of_nothing(qtbot, look, component) -> None:
    panel = InspectorPanel(COMPONENTS, look)
    qtbot.addWidget(panel)
    heard = []
    panel.edit_requested.connect(heard.append)
    config = dict(component.sample)
    panel.set_design(Design(nodes=(Node(id="n", kind=component.kind, name="N", config=config),)))
    panel.set_selection(["n"])
    fields = config_fields(component.config, config, ("config",))
    for field in fields:
        if field.shape.sort == "laws":
            continue  # only where there are classes
        row = panel.form.row(field.path)
        assert row is not None, field.path
        assert row.error.isHidden()
    panel.form.commit()
    assert heard == []
