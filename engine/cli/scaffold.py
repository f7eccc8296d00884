"""``windtunnel new-component NAME``: a new file in the catalog that runs, and its line in the list."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Final

import engine.catalog
from engine.cli.errors import OK, InputError

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LIST: Final = re.compile(r'(_LISTED[^=]*= \(\n(?:    "\w+",\n)+)')

_TEMPLATE: Final = '''\
"""@TITLE@: say in one line what it models.

Say what it leaves out.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.plan.primitives import NodePlan, StationPlan

HELP = """\\
What it does, in two sentences for somebody who sees it for the first time.

**It fails** by being overloaded: it serves `workers ÷ service time` requests a second.

**Left out:** everything else.
"""


class @CLASS@Config(Config):
    """What can be set."""

    workers: int = setting(
        8,
        title="Workers",
        group="Capacity",
        help="Requests that it works on at the same time.",
        ge=1,
        le=100_000,
    )
    service_time: Law = setting(
        Exponential(mean=0.005),
        title="Service time",
        unit="s",
        group="Capacity",
        help="Work on a request.",
    )


def lower(config: @CLASS@Config, context: Lowering) -> NodePlan:
    """A station."""
    return NodePlan(
        id=context.id,
        station=StationPlan(workers=config.workers, work=context.each(config.service_time)),
    )


PRESET = Preset(
    Component(
        kind="@KIND@",
        title="@TITLE@",
        category="Compute",
        summary="One line for the palette",
        icon="service",
        help=HELP,
        config=@CLASS@Config,
        input="calls",
        output="calls",
    ),
    lower,
)
'''


def new_component(name: str, catalog: Path | None = None) -> int:
    """Write the component's file and enter it in the list. Raises ``InputError``.

    Args:
        name: the kind, as it will stand in design files.
        catalog: folder of the catalog; by default the one that is running.
    """
    folder = catalog or Path(engine.catalog.__file__).parent
    registry, made = folder / "registry.py", folder / f"{name}.py"
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        msg = (
            f"{name!r} is no name for a component; write small letters and _, such as web_firewall"
        )
        raise InputError(msg)
    if not registry.is_file():
        msg = "there are no sources here to add to; run this in a clone of the repository"
        raise InputError(msg)
    if made.exists():
        msg = f"{name!r} exists already ({made.name}); choose another name"
        raise InputError(msg)
    listing = _entered(registry.read_text("utf-8"), name)
    made.write_text(_filled(name), "utf-8")
    registry.write_text(listing, "utf-8")
    print(f"Made {made}. Next: its fields, its help, and an icon in assets/icons.")
    return OK


def _filled(name: str) -> str:
    """The template for a name."""
    words = name.split("_")
    parts = {
        "@TITLE@": " ".join(words).capitalize(),
        "@CLASS@": "".join(word.capitalize() for word in words),
        "@KIND@": name,
    }
    text = _TEMPLATE
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def _entered(listing: str, name: str) -> str:
    """The registry's source with one more component."""
    if _LIST.search(listing) is None:
        msg = "the list in engine/catalog/registry.py has another shape; add the component by hand"
        raise InputError(msg)
    return _LIST.sub(rf'\g<1>    "{name}",\n', listing)
