"""A number cited in the real window: measured, put on a note, broken by an edit, told, cited anew, undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.model.edits import SetField
from engine.model.files import save
from tests.app.test_citing import SHOP


@pytest.mark.timeout(300)
@pytest.mark.parametrize("large", [10_000_000, 0], ids=["small", "large"])
def test_a_cited_number_that_no_longer_holds_is_a_finding_and_holds_again_after_undo(
    large: int, launch: Callable, qtbot, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("app.citing.desk._LARGE", large)  # its fingerprint is found beside
    path = tmp_path / "shop.windtunnel"
    save(SHOP, path)
    robot = launch(path)
    bench, desk = robot.opened.bench, robot.opened.commands.citing
    services = bench.services
    services.run.set_running(wanted=False)
    asked: list[str] = []
    services.analysis.answered.connect(lambda topic, _answer: asked.append(topic))

    def word() -> str:
        return desk._shown["note"][0].word if desk._shown else "nothing yet"

    def is_said(wanted: str) -> None:
        qtbot.waitUntil(lambda: word().startswith(wanted), timeout=20_000)

    def measure() -> None:
        with qtbot.waitSignal(services.measurement.finished, timeout=60_000):
            bench.measure()

    def told() -> list[str]:
        return [each.code for each in services.findings.findings if each.code.startswith("cit")]

    measure()
    bench.views.canvas.select({"note"})
    desk.open()
    assert not desk.card.measure.isVisible()
    desk.card.search.setText("web p99 residence")
    desk.card.cite()
    cited = services.document.design
    assert len(cited.note_by_id["note"].citations) == 1
    is_said("holds")
    services.document.push(SetField("web", ("config", "workers"), 8))
    qtbot.waitUntil(lambda: told() == ["citation-other-design"], timeout=20_000)
    is_said("of another design")
    measure()
    qtbot.waitUntil(
        lambda: set(told()) == {"citation-broken", "citation-other-design"}, timeout=20_000
    )
    is_said("now ")
    broken = next(each for each in services.findings.findings if each.code == "citation-broken")
    services.document.push(broken.fix)
    qtbot.waitUntil(lambda: told() == [], timeout=20_000)
    is_said("holds")
    for _ in range(2):
        services.document.stack.undo()
    assert services.document.design == cited
    qtbot.waitUntil(lambda: told() == [], timeout=20_000)
    assert ("fingerprint" in asked) is (large == 0)
    qtbot.waitUntil(
        lambda: word() == "", timeout=20_000
    )  # what was measured last is of the edited design
