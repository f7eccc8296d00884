"""A number cited in the real window: measured, put on a note, broken by an edit, told, cited anew, undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.model.edits import SetField
from engine.model.files import save
from tests.app.test_citing import SHOP


@pytest.mark.timeout(300)
def test_a_cited_number_that_no_longer_holds_is_a_finding_and_holds_again_after_undo(
    launch: Callable, qtbot, tmp_path
) -> None:
    path = tmp_path / "shop.windtunnel"
    save(SHOP, path)
    robot = launch(path)
    bench, desk = robot.opened.bench, robot.opened.commands.citing
    services = bench.services
    services.run.set_running(wanted=False)

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
    assert desk._shown["note"][0].word == "holds"
    services.document.push(SetField("web", ("config", "workers"), 8))
    qtbot.waitUntil(lambda: told() == ["citation-other-design"], timeout=20_000)
    assert desk._shown["note"][0].word == "of another design"
    measure()
    qtbot.waitUntil(
        lambda: set(told()) == {"citation-broken", "citation-other-design"}, timeout=20_000
    )
    assert desk._shown["note"][0].word.startswith("now ")
    broken = next(each for each in services.findings.findings if each.code == "citation-broken")
    services.document.push(broken.fix)
    qtbot.waitUntil(lambda: told() == [], timeout=20_000)
    assert desk._shown["note"][0].word == "holds"
    for _ in range(2):
        services.document.stack.undo()
    assert services.document.design == cited
    qtbot.waitUntil(lambda: told() == [], timeout=20_000)
    assert desk._shown["note"][0].word == ""  # what was measured last is of the edited design
