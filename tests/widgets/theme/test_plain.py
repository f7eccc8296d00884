"""Texts for labels: long words may be broken, and nothing else is changed."""

from widgets.theme import breakable


def test_long_words_may_be_broken_and_others_stay() -> None:
    assert breakable("One instance of web: when it dies") == "One instance of web: when it dies"
    broken = breakable("a " + "x" * 60)
    assert broken.replace("\N{ZERO WIDTH SPACE}", "") == "a " + "x" * 60
    assert max(len(part) for part in broken.split("\N{ZERO WIDTH SPACE}")) == 26
