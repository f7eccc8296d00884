"""The kinds of studies as a person sees them: what each is for, and what it asks to be told."""

from __future__ import annotations

from typing import Final

from widgets.study.breaking import CHAOS, METASTABILITY
from widgets.study.fields import Field, Kind

_METRIC = Field("metric", "Metric", "p99", "What is judged; p99 is the first client's.", "metric")
_SEEDS = "Each run has a seed of its own; more runs, narrower intervals."

KINDS: Final = (
    Kind(
        "replicate",
        "Replicate",
        "How sure are these numbers?",
        (
            Field("seeds", "Runs", "10", _SEEDS),
            Field(
                "until",
                "Or until ±",
                "",
                "Go on until the metric is this sure: 5 %.",
                optional=True,
            ),
            _METRIC,
        ),
    ),
    Kind(
        "sweep",
        "Sweep",
        "What happens as one setting changes, or two?",
        (
            Field("setting", "Setting", "load", "What is changed; load is the dial.", "setting"),
            Field("range", "Values", "0.5:1.5:0.25", "first:last:step, or a list: 1, 2, 4."),
            Field("setting2", "And", "", "A second setting.", "setting", optional=True),
            Field("range2", "Its values", "", "Its values.", optional=True),
            _METRIC,
            Field("seeds", "Runs each", "5", _SEEDS),
        ),
    ),
    Kind(
        "compare",
        "Compare",
        "Is the other one better, and by how much?",
        (
            Field("change", "Change", "", "A setting that B changes.", "setting", optional=True),
            Field("value", "To", "", "Its value in B.", optional=True),
            Field("file", "Or a file", "", "Another design to be B.", "file", optional=True),
            _METRIC,
            Field("seeds", "Runs each", "10", "Both run under the same seeds; pairs tell more."),
        ),
    ),
    Kind(
        "tournament",
        "Compare many",
        "Which of several designs is best at what, and what does that cost?",
        (
            Field(
                "file",
                "Other designs",
                "",
                "Files to compare the open design with, semicolons between them; the button adds one.",
                "files",
            ),
            Field(
                "metrics",
                "Metrics",
                "p99, goodput, availability",
                "By what they are compared, commas between them. With prices, cost_per_hour is worth a place.",
            ),
            Field("seeds", "Runs each", "5", "All run under the same seeds; pairs tell more."),
        ),
    ),
    Kind(
        "knee",
        "Knee",
        "How much load until an objective is missed?",
        (
            Field("setting", "Setting", "load", "What is raised; load is the dial.", "setting"),
            Field("low", "From", "", "Where it is known to hold.", optional=True),
            Field("high", "To", "", "Where it is known to break.", optional=True),
            Field("seeds", "Runs each", "5", _SEEDS),
        ),
    ),
    Kind(
        "sensitivity",
        "Sensitivity",
        "Which setting matters most?",
        (
            _METRIC,
            Field("step", "Step", "10 %", "How far each setting is moved, down and up."),
            Field("seeds", "Runs each", "5", "All run under the same seeds; pairs tell more."),
        ),
    ),
    CHAOS,
    METASTABILITY,
)
"""In the order in which they are offered."""
