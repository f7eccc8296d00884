"""Reads the flowcharts of Mermaid: nodes, labels, arrows and subgraphs. Styling is passed over.

What a line says that is not understood is kept word for word, so that somebody can be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engine.model.limits import MAX_NESTING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT: Final = 200_000
"""Characters of the longest flowchart that is read."""
MAX_NODES: Final = 2_000
"""Most nodes of a flowchart that is read: more could not be looked at."""
MAX_ARROWS: Final = 8_000
"""Most arrows of a flowchart that is read."""
MAX_LABEL: Final = 200
_HEADER: Final = re.compile(r"(?:flowchart|graph)(?:-elk)?(?:\s+(?:TB|TD|BT|RL|LR))?\s*(?:;|$)")
_STYLING: Final = re.compile(
    r"(?:classDef|class|style|linkStyle|click|direction|accTitle|accDescr)\b"
)
_SUBGRAPH: Final = re.compile(r"subgraph\b\s*(.*)$")
_SUBGRAPH_ID: Final = re.compile(r"([\w.-]+)\s*[\[(]+(.*?)[\])]+$")
_ID: Final = re.compile(r"[^\W_](?:[\w.]|-(?![-.>]))*|_\w*")
_SHAPES: Final = (
    ("(((", ")))", ""),
    ("((", "))", ""),
    ("([", "])", ""),
    ("[[", "]]", ""),
    ("[(", ")]", "store"),
    ("[/", "/]", ""),
    ("[/", "\\]", ""),
    ("[\\", "\\]", ""),
    ("[\\", "/]", ""),
    ("{{", "}}", ""),
    ("[", "]", ""),
    ("(", ")", ""),
    ("{", "}", ""),
    (">", "]", ""),
)
"""Brackets around labels, longer ones first, and what the shape says."""
_STORES: Final = frozenset({"cyl", "cylinder", "database", "db", "lin-cyl", "das"})
_LINK: Final = re.compile(
    r"\s*(?:\w+@)?"
    r"(?:[<ox](?=[-=.]))?"
    r"(?:"
    r"(?P<plain>~{3,}|-{2,}[->ox]|-\.+-[>ox]?|={2,}[=>ox])"
    r"|(?:--(?P<thin>[^->|\n][^|\n]{0,200}?)-{2,}[->ox]?)"
    r"|(?:==(?P<thick>[^=>|\n][^|\n]{0,200}?)={2,}[=>ox]?)"
    r"|(?:-\.(?P<dotted>[^-|\n][^|\n]{0,200}?)\.-+[>ox]?)"
    r")"
    r"\s*(?:\|(?P<after>[^|\n]{0,200})\|)?\s*"
)
_MARKUP: Final = re.compile(r"<[^<>]{0,60}>|[`*]")
_ENTITY: Final = re.compile(r"#(?:quot|amp|lt|gt|#?\d{1,6});")


class FlowchartError(ValueError):
    """A text that cannot be read as a flowchart; one line says why."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node of a flowchart."""

    id: str
    label: str
    shape: str = ""
    """``store`` for a cylinder; nothing else is told by a shape."""
    group: str | None = None
    """Id of the innermost subgraph around it."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link of a flowchart, in the direction that it is written."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A subgraph."""

    id: str
    title: str
    group: str | None = None


@dataclass(slots=True)
class Flowchart:
    """What was read."""

    title: str = ""
    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    """Lines that were not understood."""


def is_flowchart(text: str) -> bool:
    """Whether a text begins as a flowchart does."""
    head = _body(text[:4_000])[1]
    return bool(head) and _HEADER.match(head[0]) is not None


def read_flowchart(text: str) -> Flowchart:
    """The flowchart in a text. Raises ``FlowchartError`` where there is none, or one that is too long."""
    if len(text) > MAX_TEXT:
        msg = f"a flowchart of more than {MAX_TEXT:,} characters is not read"
        raise FlowchartError(msg)
    # Half a surrogate pair, which a clipboard may hold, is no character: no file could hold it.
    title, lines = _body(text.encode(errors="replace").decode())
    if not lines or _HEADER.match(lines[0]) is None:
        msg = "a flowchart begins with a line such as “flowchart LR”"
        raise FlowchartError(msg)
    chart = Flowchart(title)
    around: list[str] = []
    lines[0] = lines[0][_HEADER.match(lines[0]).end() :]  # type: ignore[union-attr]  # matched above
    for line in lines:
        for statement in _statements(line):
            _read(statement, chart, around)
        if len(chart.boxes) > MAX_NODES or len(chart.arrows) > MAX_ARROWS:
            msg = (
                f"a flowchart of more than {MAX_NODES:,} nodes or {MAX_ARROWS:,} arrows is not read"
            )
            raise FlowchartError(msg)
    return chart


def _body(text: str) -> tuple[str, list[str]]:
    """The title, and the lines without fences, front matter and comments."""
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith(("%%", "```"))]
    title = ""
    if kept and kept[0] == "---" and "---" in kept[1:]:
        end = kept.index("---", 1)
        found = (line for line in kept[1:end] if line.startswith("title:"))
        title = next(found, "").removeprefix("title:").strip().strip("\"'")
        kept = kept[end + 1 :]
    return title[:MAX_LABEL], kept


def _statements(line: str) -> Iterator[str]:
    """Parts of a line between semicolons that stand in no quotes and no brackets."""
    begin, depth, quoted = 0, 0, False
    for place, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "[({":
            depth += 1
        elif letter in "])}":
            depth -= 1
        elif letter == ";" and depth <= 0:
            yield line[begin:place].strip()
            begin = place + 1
    yield line[begin:].strip()


def _read(statement: str, chart: Flowchart, around: list[str]) -> None:
    """Take one statement in."""
    if not statement or _STYLING.match(statement):
        return
    if statement == "end":
        if around:
            around.pop()
        return
    opened = _SUBGRAPH.match(statement)
    if opened is not None:
        _open(opened.group(1), chart, around)
        return
    if not _read_chain(statement, chart, around[-1] if around else None):
        chart.unread.append(statement)


def _open(text: str, chart: Flowchart, around: list[str]) -> None:
    """A subgraph begins. Raises ``FlowchartError``."""
    if len(around) >= MAX_NESTING:
        msg = f"a flowchart of more than {MAX_NESTING} subgraphs inside each other is not read"
        raise FlowchartError(msg)
    named = _SUBGRAPH_ID.match(text)
    own = named.group(1) if named else text.strip().strip('"')
    title = _cleaned(named.group(2) if named else text)
    own = own or f"group-{len(chart.groups) + 1}"
    if own in around:  # it would lie inside itself
        own = f"{own}-{len(chart.groups) + 1}"
    chart.groups.setdefault(own, Group(own, title, around[-1] if around else None))
    around.append(own)


def _read_chain(statement: str, chart: Flowchart, group: str | None) -> bool:
    """Nodes and the arrows between them, from left to right; False where something else stands there."""
    found: list[Box] = []
    arrows: list[Arrow] = []
    boxes, at = _boxes_at(statement, 0)
    found += boxes
    while boxes and at < len(statement):
        link = _LINK.match(statement, at)
        if link is None:
            return False
        before = boxes
        boxes, at = _boxes_at(statement, link.end())
        found += boxes
        label = next((part for part in link.groups()[1:] if part), "")
        if not (link.group("plain") or "").startswith("~"):
            arrows += [Arrow(a.id, b.id, _cleaned(label)) for a in before for b in boxes]
    if not boxes:
        return False
    for box in found:
        known = chart.boxes.get(box.id)
        label = box.label or (known.label if known else "")
        shape = box.shape or (known.shape if known else "")
        own = known.group if known is not None and known.group is not None else group
        chart.boxes[box.id] = Box(box.id, label, shape, own)
    chart.arrows += arrows
    return True


def _boxes_at(text: str, at: int) -> tuple[list[Box], int]:
    """Nodes joined by ``&`` from a place on, and where they end; none where there are none."""
    found: list[Box] = []
    while True:
        while at < len(text) and text[at] == " ":
            at += 1
        word = _ID.match(text, at)
        if word is None:
            return [], at
        label, shape, at = _label_at(text, word.end())
        found.append(Box(word.group(), label, shape))
        rest = re.compile(r"(?::::[\w,-]+)?\s*(&)?").match(text, at)
        if rest is None or rest.group(1) is None:
            return found, rest.end() if rest is not None else at
        at = rest.end()


def _label_at(text: str, at: int) -> tuple[str, str, int]:
    """Label and shape in the brackets at a place, and where they end; nothing where there are none."""
    if text.startswith("@{", at):
        end = text.find("}", at)
        if end > 0:
            fields = dict(re.findall(r'(\w+)\s*:\s*("[^"]*"|[^,}]+)', text[at + 2 : end]))
            store = fields.get("shape", "").strip().strip('"') in _STORES
            return _cleaned(fields.get("label", "")), "store" if store else "", end + 1
    for opening, closing, shape in _SHAPES:
        if not text.startswith(opening, at):
            continue
        begin = at + len(opening)
        if text.startswith('"', begin):
            quote = text.find('"', begin + 1)
            end = text.find(closing, quote) if quote > 0 else -1
        else:
            end = text.find(closing, begin)
        if end > 0:
            return _cleaned(text[begin:end]), shape, end + len(closing)
    return "", "", at


def _cleaned(text: str) -> str:
    """A label without quotes and markup, on one line."""
    bare = _ENTITY.sub("", _MARKUP.sub(" ", text)).strip().strip('"')
    return " ".join(bare.split())[:MAX_LABEL]
