"""Options that are true, false or a number: what Python takes for the same is refused, as everywhere in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import TypeAdapter, ValidationError

from engine.catalog import COMPONENTS, check
from engine.cli.main import run
from engine.model.fields import Config
from tests.helpers.builders import client, design, link, node, raw_design

ALIKE: dict[Any, tuple[Any, ...]] = {True: (1, 1.0), False: (0, 0.0), 4: (4.0,), 7: (7.0,)}


def subclasses(sort: type) -> Iterator[type]:
    for each in sort.__subclasses__():
        yield each
        yield from subclasses(each)


def options(annotation: Any) -> Iterator[Any]:
    """The options of all literals in an annotation."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for each in get_args(annotation):
            yield from options(each)


def test_no_field_takes_what_python_takes_for_the_same() -> None:
    assert [*COMPONENTS]  # loads all configs
    met = set()
    for sort in {*subclasses(Config)}:
        for name, info in sort.model_fields.items():
            known = [each for each in options(info.annotation) if not isinstance(each, str)]
            if not known:
                continue
            met.add(name)
            adapter = TypeAdapter(Annotated[info.annotation, *info.metadata])
            for option in known:
                assert adapter.validate_python(option, strict=True) is option
                for other in ALIKE[option]:
                    with pytest.raises(ValidationError):
                        adapter.validate_python(other, strict=True)
    assert met >= {"allowed", "layer"}


@pytest.mark.parametrize("value", [1, 0, 1.0, 0.0, "true", None])
def test_a_link_is_allowed_by_true_and_false_alone(value: Any) -> None:
    made = design([client(), node("web", "service")], [link("users", "web", allowed=value)])
    [found] = [each for each in check(made) if each.level == "error"]
    assert found.id == "users-web"
    assert "allowed should be 'auto', true or false, not " in found.message


def test_a_setting_of_the_command_line_is_no_exception(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = raw_design([client(), node("web", "service")], [link("users", "web")])
    path = tmp_path / "shop.windtunnel"
    path.write_text(json.dumps(raw))
    for name in ("allowed", "deadline_propagation"):
        assert run(["simulate", str(path), "--set", f"users-web.{name}=1"]) == 2
        assert "true or false, not 1" in capsys.readouterr().err
