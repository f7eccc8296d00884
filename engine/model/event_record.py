"""What a record of an event kind consists of; the records themselves are in ``event_kinds``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.model.fields import setting
from engine.model.units import format_figure, format_quantity
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import JsonValue

Target = Literal["node", "link", "frame", "everything"]
"""What an event may name; ``everything`` is an event that names nothing."""
Hits = Literal[
    "nodes", "links", "clients", "stores", "replicas", "users", "keys", "logins", "settings"
]
"""What the target stands for: its nodes, all links at them, the clients, the stores or the clusters of
replicas among them, the users
whom they know, the keys with which they sign, the credentials and sessions of their users, or the config of the one node or link."""
Tone = Literal["fault", "strain", "load", "setting"]
"""How hard it hits: what is broken, what is slower, how much comes, what is set otherwise."""
Sort = Literal["number", "count", "item", "text", "json"]
"""What a field holds: a quantity in its unit, a whole number, an id, a text, any JSON value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventField:
    """A field that a kind of event reads, as forms, checks and the schema know it."""

    name: str
    """Key in the design file."""
    title: str
    """Label, in sentence case."""
    help: str
    sort: Sort = "number"
    unit: str = ""
    """SI unit of the stored value, as in ``engine.model.fields``."""
    default: JsonValue = None
    """What a new event starts with; None where a person has to say, or need not."""
    required: bool = True
    hint: str = ""
    """Shown in place of an empty value, such as ``all``."""
    of: tuple[Target, ...] = ()
    """What an item may be; empty for whatever the event itself may name."""
    ge: float | None = None
    le: float | None = None
    max_length: int | None = None

    @property
    def attribute(self) -> str:
        """Its name in Python: ``with`` is a keyword."""
        return "with_" if self.name == "with" else self.name

    def text(self, value: object) -> str:
        """A value for reading, with its unit."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return format_quantity(value, self.unit) if self.unit else format_figure(value, 6)
        return _in_words(value)

    def declare(self) -> Any:
        """The field of a model, empty unless a file sets it."""
        return setting(
            None,
            title=self.title,
            help=self.help,
            unit=self.unit,
            ge=self.ge,
            le=self.le,
            max_length=self.max_length,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChoice:
    """One entry of *Break it*: an event of this kind, ready made."""

    text: str
    """What it says; ``{factor}`` and the like stand for the values of the event."""
    on: tuple[Target, ...] = ("node",)
    """On what it is offered."""
    values: tuple[tuple[str, JsonValue], ...] = ()
    """Fields that differ from the defaults of the kind."""
    sided: bool = False
    """Whether it is between the item and another: there is one for each that links lead to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """A kind of event, described. What it does to a machine is in ``engine.control.effects``."""

    name: str
    """Name in design files, as ``change``."""
    title: str
    """What people choose: ``Slow down``."""
    help: str
    icon: str
    """Name of an icon in ``assets/icons``."""
    tone: Tone
    hits: Hits
    targets: tuple[Target, ...]
    """What it may name, the likeliest first."""
    sentence: str
    """How notices, lists and the timeline tell it: ``{target} slow × {factor}{of_instances}``."""
    everywhere: str = ""
    """The sentence of an event without a target, where there may be one."""
    badge: str
    """The same in two words, for a card: ``slow × {factor}{instances}``."""
    fields: tuple[EventField, ...] = ()
    menu: tuple[MenuChoice, ...] = ()
    misses: str = ""
    """What is wrong with a target in which there is nothing to hit."""
    instant: bool = False
    """Whether it is over at once: it has no end, and nothing to restore."""
    stops: bool = False
    """Whether nothing at all is answered by what it hits."""
    drains: bool = False
    """Whether what it hits gets nothing new, and finishes what it has."""
    silences: bool = False
    """Whether who calls may never hear anything."""
    spreads: bool = False
    """Whether it goes on from node to node over links, and does nothing to requests."""
    stays: bool = False
    """Whether what it has done by then is still so when it is over."""

    @property
    def picks_key(self) -> bool:
        """Whether it is about one key."""
        return any(each.name == "key" for each in self.fields)

    def sentence_of(
        self, event: object, name_of: Callable[[str], str], setting: Mapping[str, str] | None = None
    ) -> str:
        """An event as people read it: ``Catalog slow × 10``.

        Args:
            event: of a design.
            name_of: what people call an item.
            setting: what people call the field that it sets, as ``path``, and its value in words, as ``value``; else they
                are as the file has them.
        """
        target = getattr(event, "target", None)
        texts = self._texts(event, name_of) | dict(setting or {})
        grows = f", growing over {texts['ramp']}" if texts.get("ramp") else ""
        if target is None:
            return self.everywhere.format_map(texts) + grows
        return self.sentence.format_map(texts | {"target": name_of(target)}) + grows

    def badge_of(self, event: object) -> str:
        """An event, of a design or of a plan, as a card says it: ``slow × 10 (2)``."""
        return self.badge.format_map(self._texts(event, str))

    def values(self, choice: MenuChoice) -> dict[str, JsonValue]:
        """The fields of a new event that is made from a menu."""
        given = {each.name: each.default for each in self.fields} | dict(choice.values)
        return {name: value for name, value in given.items() if value is not None}

    def choice_text(self, choice: MenuChoice, name_of: Callable[[str], str]) -> str:
        """What an entry of a menu says."""
        values = self.values(choice)
        return choice.text.format_map(
            {each.name: self._shown(each, values.get(each.name), name_of) for each in self.fields}
        )

    def _texts(self, event: object, name_of: Callable[[str], str]) -> dict[str, str]:
        """What may stand in a text of this kind."""
        texts = {
            each.name: self._shown(each, getattr(event, each.attribute, None), name_of)
            for each in self.fields
        }
        some = texts.get("instances", "")
        texts["instances"] = f" ({some})" if some else ""
        after = texts.get("seconds", "")
        texts["within"] = f" within {after}" if after else ""
        texts["after"] = f" after {after}" if after else ""
        texts["towards"] = f" to {texts['with']}" if texts.get("with") else ""
        texts["side"] = f"from {texts['with']}" if texts.get("with") else "off"
        leaks = [f" {texts['bytes']}"] if texts.get("bytes") else []
        word = "worker" if texts.get("workers") == "1" else "workers"
        leaks += [f" {texts['workers']} {word}"] if texts.get("workers") else []
        texts["leaks"] = f"{' and'.join(leaks)} a second" if leaks else ""
        texts["overlaps"] = (
            f", the old one good for {texts['overlap']}" if texts.get("overlap") else ""
        )
        texts["leads"] = f", published {texts['ahead']} ahead" if texts.get("ahead") else ""
        texts["hops"] = f", {after} a hop" if after else ""
        user, share = texts.get("user", ""), texts.get("probability", "")
        texts["whom"] = f"user {user}" if user else share
        texts["whose"] = f"user {user}" if user else f"{share} of the users"
        one = texts.get("instance", "")
        texts["of_instances"] = f" ({some} of its instances)" if some else ""
        if one:
            texts["of_instances"] = texts["instances"] = f" (instance {one})"
        return texts

    @staticmethod
    def _shown(each: EventField, value: object, name_of: Callable[[str], str]) -> str:
        """A value of a field; nothing where there is none."""
        if each.sort == "item":
            return name_of(str(value)) if value is not None else ""
        return each.text(value) if value is not None or each.sort == "json" else ""


def _in_words(value: object) -> str:
    """What is no number, for reading: a group of settings by its parts, anything longer not at all."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, dict):
        if not any(isinstance(each, list | dict) for each in value.values()):
            return ", ".join(f"{name} {_in_words(each)}" for name, each in value.items())
        return "…"
    return "…" if isinstance(value, list) else str(value)
