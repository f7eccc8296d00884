"""Settings that components with workers share. Each is off where it is null."""

from __future__ import annotations

from engine.model.fields import Config, setting


class Scaling(Config):
    """Universal scalability law: the more workers work, the longer each takes."""

    contention: float = setting(
        0.05,
        title="Contention",
        unit="%",
        help="σ: share of the work that only one worker at a time can do, such as holding a lock. "
        "5 %: no more than 20 times the throughput of one worker, however many there are.",
        ge=0.0,
        le=1.0,
    )
    coherency: float = setting(
        0.001,
        title="Coherency",
        help="κ: what each pair of workers costs by keeping each other up to date. Above zero, "
        "throughput falls again beyond √((1-σ)/κ) workers: 31 with σ 5 % and κ .001.",
        ge=0.0,
        le=1.0,
    )


class CpuQuota(Config):
    """CPU time that an instance may use in a period (CFS bandwidth control)."""

    quota: float = setting(
        0.1,
        title="Quota",
        unit="s",
        help="CPU seconds an instance a period, all its workers together: .1 s in .1 s is one core. "
        "When they are used up, everything stands still until the next period.",
        ge=1e-4,
        le=1e4,
    )
    period: float = setting(
        0.1,
        title="Period",
        unit="s",
        help="Linux and Kubernetes: 100 ms.",
        ge=1e-3,
        le=10.0,
    )
