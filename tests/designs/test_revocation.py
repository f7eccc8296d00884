"""Tokens: how long revoked users come in, and whom an outage of the auth server shuts out."""

from __future__ import annotations

import pytest

from engine.model.edits import SetField
from tests.designs.running import changed, goodput, mean, measured, says, shipped, watched


def test_revoked_readers_come_in_for_up_to_a_lifetime_and_staff_not_at_all() -> None:
    design = shipped("revocation")
    says(
        design,
        "At 60 s a quarter of all users lose their access",
        "half a lifetime on average, a whole one at most: 120 s here",
    )
    nodes = measured(design, duration=200.0)["nodes"]
    news, payroll = nodes["news"]["extra"], nodes["payroll"]["extra"]
    assert news["revoked_access"] == pytest.approx(60.0, abs=15.0)  # fifty users
    assert 100.0 < news["revoked_access_max"] <= 120.0
    assert news["stale_authorised"] == pytest.approx(50 * 60.0, rel=0.3)
    assert payroll["stale_authorised"] == 0
    assert payroll["unauthorized"] == pytest.approx(50 * 140.0, rel=0.05)


def test_an_outage_shuts_staff_out_and_readers_one_after_the_other() -> None:
    design = shipped("revocation")
    says(
        design,
        "From 240 s to 300 s Accounts is down",
        "Of Payroll's requests none succeeds",
        "half of its readers at 300 s",
        "Make its tokens last 3600 s, and a minute's outage costs less than 2 %",
    )
    seconds = watched(design, 320.0)
    for name, left in (("news", 0.5), ("payroll", 0.0)):
        before = mean(seconds, 200.0, 240.0, goodput(name))
        assert before == pytest.approx(150.0, rel=0.05)
        assert mean(seconds, 295.0, 300.0, goodput(name)) / before == pytest.approx(left, abs=0.1)
        assert mean(seconds, 305.0, 320.0, goodput(name)) == pytest.approx(before, rel=0.1)
    half = mean(seconds, 265.0, 275.0, goodput("news"))
    assert half / mean(seconds, 200.0, 240.0, goodput("news")) == pytest.approx(0.75, abs=0.08)

    longer = changed(
        design, SetField("news", ("config", "admission", "auth", "ttl"), 3600, "Longer tokens")
    )
    extra = measured(longer, duration=300.0)["nodes"]["news"]["extra"]
    assert extra["unchecked"] / (60.0 * 200.0) < 0.02
