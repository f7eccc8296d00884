"""From what a person typed to a study, and back to a line that says what it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.studies.breaking import chaos_of, metastability_of
from app.studies.reading import number, whole
from engine.model.files import FileError, load
from engine.study import (
    Compare,
    Knee,
    Precision,
    Replicate,
    Sensitivity,
    StudyError,
    Sweep,
    Tournament,
    Variant,
)
from engine.study.estimates import metric_named, usual_metrics
from engine.study.knobs import knob_names
from engine.study.points import LOAD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.model.design import Design
    from engine.study import Study
    from widgets.study import StudyRequest


def study_of(request: StudyRequest, design: Design) -> Study:
    """The study that is asked for. Raises ``StudyError`` with one line where it cannot be."""
    return _MAKERS[request.kind](Variant.of(design), request.values)


def plan_of(study: Study) -> str:
    """What it would take, in a line."""
    count = study.expected({})
    runs = "1 run" if count == 1 else f"{count} runs"
    if isinstance(study, Knee):
        return f"At least {runs}"
    return f"At most {runs}" if isinstance(study, Sensitivity) else runs


def settings_of(design: Design) -> Iterator[str]:
    """Numbers of the open design that can be turned: ``web.workers``."""
    return knob_names(design)


def metrics_of(design: Design) -> list[str]:
    """What can be judged, as far as a list should go."""
    nodes = [node.id for node in design.nodes if node.kind != "client"]
    more = [f"{node}.{name}" for node in nodes for name in ("utilization", "residence.p99")]
    return [*usual_metrics(design), *more]


def items_of(design: Design) -> list[str]:
    """What can be taken down: nodes, links and frames; notes cannot."""
    return [*design.node_by_id, *design.link_by_id, *design.frame_by_id]


def _replicate(here: Variant, values: Mapping[str, str]) -> Replicate:
    """So many runs, or until a metric is sure."""
    until = None
    if "until" in values:
        share = number(values["until"], "%", "Or until ±")
        until = Precision(share, values["metric"])
    return Replicate(here, whole(values, "seeds"), until)


def _sweep(here: Variant, values: Mapping[str, str]) -> Sweep:
    """One setting, or two."""
    over = [f"{values['setting']}={values['range']}"]
    if "setting2" in values:
        over.append(f"{values['setting2']}={values.get('range2', '')}")
    return Sweep(here, tuple(over), whole(values, "seeds"), metrics=_metric(values))


def _compare(here: Variant, values: Mapping[str, str]) -> Compare:
    """The open design, and another."""
    other = _other(here, values)
    return Compare(here, other, whole(values, "seeds"), metrics=_metrics(values, here.made()))


def _tournament(here: Variant, values: Mapping[str, str]) -> Tournament:
    """The open design, and others."""
    names = [each.strip() for each in values["file"].split(";") if each.strip()]
    if not names:
        msg = "Choose the designs to compare with."
        raise StudyError(msg)
    metrics = [each.strip() for each in values["metrics"].split(",") if each.strip()]
    others = (_read(each) for each in names)
    return Tournament((here, *others), whole(values, "seeds"), metrics=tuple(metrics))


def _read(path: str) -> Variant:
    """The design in a file. Raises ``StudyError``."""
    try:
        return Variant.of(load(path))
    except FileError as error:
        raise StudyError(str(error)) from error


def _knee(here: Variant, values: Mapping[str, str]) -> Knee:
    """How far a setting may go."""
    return Knee(here, _bounds(values), whole(values, "seeds"))


def _sensitivity(here: Variant, values: Mapping[str, str]) -> Sensitivity:
    """All settings."""
    step = number(values["step"], "%", "Step")
    return Sensitivity(here, values["metric"], step, whole(values, "seeds"))


def _other(here: Variant, values: Mapping[str, str]) -> Variant:
    """B: another file, or the open design with one setting changed."""
    if "file" in values:
        return _read(values["file"])
    if "change" not in values or "value" not in values:
        msg = "Say what B changes and to what, or choose a file."
        raise StudyError(msg)
    return here.set(f"{values['change']}={values['value']}")


def _bounds(values: Mapping[str, str]) -> str | None:
    """Where the knee is looked for; None leaves it to the study."""
    if "low" in values or "high" in values:
        return f"{values['setting']}={values.get('low', '')}:{values.get('high', '')}"
    if values["setting"] != LOAD:
        msg = f"Say from where to where {values['setting']} may go."
        raise StudyError(msg)
    return None


def _metrics(values: Mapping[str, str], design: Design) -> tuple[str, ...]:
    """The metric that is asked for, and after it what clients see."""
    named = (metric_named(design, values["metric"]),) if values.get("metric") else ()
    return tuple(dict.fromkeys((*named, *usual_metrics(design))))


def _metric(values: Mapping[str, str]) -> tuple[str, ...]:
    """The metric, if one is named."""
    return (values["metric"],) if values.get("metric") else ()


_MAKERS: Final[dict[str, Callable[[Variant, Mapping[str, str]], Study]]] = {
    "replicate": _replicate,
    "sweep": _sweep,
    "compare": _compare,
    "tournament": _tournament,
    "knee": _knee,
    "sensitivity": _sensitivity,
    "chaos": chaos_of,
    "metastability": metastability_of,
}
"""What makes each kind of study."""
