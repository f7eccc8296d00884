from __future__ import annotations

import numpy as np
import pytest

from engine.stats.warmup import mser5, truncation


def _settling(length: int, scale: float, seed: int = 1) -> list[float]:
    """Noise around 10, with a start that is far above it and fades."""
    noise = np.random.default_rng(seed).normal(0.0, 1.0, length)
    return (10.0 + 50.0 * np.exp(-np.arange(length) / scale) + noise).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_fading_start_goes_and_little_else(seed: int) -> None:
    advice = truncation(_settling(1000, 20.0, seed))
    assert advice.enough
    assert 60 <= advice.count <= 200
    assert advice.count % 5 == 0


def test_a_steady_series_keeps_most_of_itself() -> None:
    counts = [
        mser5(np.random.default_rng(seed).normal(5.0, 1.0, 500).tolist()) for seed in range(20)
    ]
    assert float(np.median(counts)) <= 50


def test_a_constant_series_keeps_everything() -> None:
    assert mser5([3.0] * 100) == 0
    assert truncation([3.0] * 100).enough


def test_a_series_that_is_still_settling_is_too_short() -> None:
    assert not truncation(np.linspace(0.0, 100.0, 400).tolist()).enough
    assert not truncation(_settling(200, 400.0)).enough


@pytest.mark.parametrize("length", [0, 1, 4, 25])
def test_a_handful_of_observations_says_nothing(length: int) -> None:
    advice = truncation([1.0] * length)
    assert (advice.count, advice.enough) == (0, False)


def test_large_numbers_with_small_differences_keep_their_digits() -> None:
    series = np.asarray(_settling(1000, 20.0))
    assert mser5((series + 1e9).tolist()) == pytest.approx(mser5(series.tolist()), abs=5)
