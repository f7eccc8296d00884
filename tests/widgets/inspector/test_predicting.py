"""What the panel says while theory is still at work."""

from __future__ import annotations


def test_nothing_is_predicted_of_a_note(bench) -> None:
    bench.panel.expect_theory()
    bench.panel.set_selection(["n1"])
    assert not bench.panel.beside.isVisible()
    bench.panel.set_selection(["web"])
    bench.wait()
    assert bench.panel.beside.isVisible()
