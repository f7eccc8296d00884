"""A page of the help is laid out as a whole, however many stretches it has."""

from __future__ import annotations

from widgets.help.reader import Reader
from widgets.help.typeset import blocks_of, headings_of
from widgets.inspector.header import guide_html
from widgets.theme import ThemeManager

PAGE = "# Title\n\n" + "\n\n".join(
    f"## Part {n}\n\nSome *words* with `code` and [a link](topic:x).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | {n} |"
    for n in range(20)
)


def test_a_page_is_laid_out_once(qtbot, qapp) -> None:
    reader = Reader(ThemeManager(qapp, "dark"))
    qtbot.addWidget(reader)
    reader.resize(600, 400)
    reader.show()
    changes: list[int] = []
    document = reader.document()
    document.contentsChange.connect(lambda place, *_: changes.append(place))
    for _ in range(2):
        changes.clear()
        reader.read(PAGE)
        assert len(changes) < 10  # to read it, and to dress it
    assert len(headings_of(document)) == 21
    text = document.toPlainText()
    code = document.find("code").charFormat()
    assert code.background().color() == reader._look.theme.field
    heading = headings_of(document)[1]
    assert heading.blockFormat().topMargin() == 14
    assert heading.begin().fragment().charFormat().fontWeight() >= 700
    assert len(list(blocks_of(document))) > 100
    assert "Part 19" in text


def test_a_guide_has_space_between_its_paragraphs() -> None:
    html = guide_html("One.\n\nTwo.\n\n- three\n- four")
    assert html.count("margin-bottom:7px") >= 2
    assert "four" in html
    assert guide_html("One.\n\nTwo.\n\n- three\n- four") is html
