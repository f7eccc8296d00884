"""Makes samplers of durations from the plans of their laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane import samplers

if TYPE_CHECKING:
    from engine.plan.primitives import LawPlan
    from engine.sim.lane.draws import Streams


def make_sampler(plan: LawPlan, streams: Streams, owner: str, purpose: str) -> samplers.Sampler:  # noqa: PLR0911 - one return a law
    """The law of a plan, drawing from the owner's streams for a purpose."""
    mean = plan.mean
    if plan.law == "uniform":
        return samplers.Uniform(plan.low, plan.high, streams.uniform(owner, purpose))
    if plan.law == "empirical" and plan.order == "recorded":
        return samplers.Recorded(list(plan.values))
    if plan.law == "empirical":
        weights = list(plan.weights) or [1.0] * len(plan.values)
        return samplers.Empirical(list(plan.values), weights, streams.uniform(owner, purpose))
    if mean <= 0.0 or plan.law == "constant" or (plan.law == "lognormal" and plan.cv2 <= 0.0):
        return samplers.Constant(mean)
    if plan.law == "exponential":
        return samplers.Exponential(mean, streams.exponential(owner, purpose))
    if plan.law == "lognormal":
        return samplers.Lognormal(mean, plan.cv2, streams.normal(owner, purpose))
    if plan.law == "gamma":
        variates = streams.gamma(owner, purpose, 1.0 / plan.cv2)
        return samplers.Scaled(mean * plan.cv2, variates)
    if plan.law == "hyperexponential":
        uniforms = streams.uniform(owner, purpose)
        return samplers.Hyperexponential(
            mean, plan.cv2, uniforms, streams.exponential(owner, purpose)
        )
    return samplers.Pareto(mean, plan.alpha, streams.exponential(owner, purpose))
