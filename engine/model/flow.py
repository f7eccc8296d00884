"""An explicit flow: what a station does with a request, as a small tree of seven combinators and transactions.

A step is an object with one key that says what it is: ``work``, ``call``, ``sequence``, ``parallel``,
``choice``, ``loop``, ``async`` or ``transaction``. A list of steps is done from the first to the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from engine.model.fields import Config, setting
from engine.model.laws import Law
from engine.model.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

SERVICE_TIME: Final = "service_time"
"""As a work: the station's own service time, which has a line of its own in the form."""
MAX_ROUNDS: Final = 10_000
"""Most calls and works that one request may come to, all loops and copies multiplied."""


class WorkStep(Config):
    """Local work, by a worker of the station."""

    work: Law | Literal["service_time"] = setting(
        title="Work",
        unit="s",
        help="A law, or service_time for the station's own.",
    )


class CallStep(Config):
    """A call over a link that leaves the station; the answer is waited for."""

    call: str = setting(title="Call", help="Id of a link that leaves this node.", max_length=64)


class SequenceStep(Config):
    """Steps one after the other, where one step is expected."""

    sequence: Steps = setting(title="Sequence", help="Done from the first to the last.", lax=True)


class ParallelStep(Config):
    """Steps side by side. It goes on when enough of them succeeded, and fails when too many failed."""

    parallel: Steps = setting(title="Parallel", help="Begun at once.", lax=True)
    need: int | None = setting(
        None, title="Need", help="How many have to succeed; none means all.", ge=1, le=1000
    )
    copies: int = setting(
        1, title="Copies", help="How many times each is begun: a fan-out.", ge=1, le=1000
    )

    @model_validator(mode="after")
    def _can_succeed(self) -> Self:
        """Refuse to need more than is begun."""
        begun = len(self.parallel) * self.copies
        if self.need is not None and self.need > begun:
            msg = f"needs {self.need} of {begun}; lower need, or begin more"
            raise ValueError(msg)
        return self


class ChoiceBranch(Config):
    """One way of a choice, and when it is taken: all that it names has to hold."""

    model_config = ConfigDict(populate_by_name=True)

    probability: float | None = setting(
        None,
        title="Probability",
        unit="%",
        help="Share of the requests that the choice is about; one number is drawn for the whole "
        "choice.",
        ge=0.0,
        le=1.0,
    )
    kind: str | None = Field(
        None,
        alias="class",
        title="Class",
        description="Requests of this class only.",
        json_schema_extra={"unit": "", "group": "General"},
    )
    when: Literal["miss", "hit", "failed", "miss_or_failed"] | None = setting(
        None,
        title="When",
        help="miss: an earlier call found nothing in a cache and nothing has made up for it. A call "
        "made then stores its answer there. failed: a step before it failed for good, all its retries "
        "spent; steps between the two are left out, and the request goes on after the choice. Ways that "
        "do not say failed are not for such requests.",
    )
    do: Steps = setting(title="Do", help="The steps of this way.", lax=True)


class ChoiceStep(Config):
    """The first way that applies; none applies: go on."""

    choice: Annotated[tuple[ChoiceBranch, ...], Field(min_length=1, strict=False)] = setting(
        title="Choice", help="Ways, of which the first that applies is taken.", max_length=1000
    )

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        """Refuse shares that come to more than all requests of a class."""
        for kind in dict.fromkeys(branch.kind for branch in self.choice):
            for whens in (
                (None, "miss", "miss_or_failed"),
                (None, "hit"),
                ("failed", "miss_or_failed"),
            ):
                shares = [
                    branch.probability or 0.0
                    for branch in self.choice
                    if branch.kind in (None, kind) and branch.when in whens
                ]
                if sum(shares) > 1.0 + 1e-9:
                    about = f" of class {kind!r}" if kind is not None else ""
                    msg = f"the probabilities{about} sum to {sum(shares):g}; lower them to 1 in all"
                    raise ValueError(msg)
        return self


class LoopStep(Config):
    """Steps again and again, one round after the other (N+1)."""

    loop: int = setting(title="Loop", help="Rounds.", ge=1, le=10_000)
    do: Steps = setting(title="Do", help="The steps of a round.", lax=True)


class AsyncStep(Config):
    """Steps that nobody waits for; whatever becomes of them."""

    background: Steps = Field(
        alias="async",
        title="Async",
        description="Begun, and not waited for.",
        strict=False,
        json_schema_extra={"unit": "", "group": "General"},
    )

    model_config = ConfigDict(populate_by_name=True)


class TransactionStep(Config):
    """Something that all participants do, or none."""

    transaction: Transaction = setting(
        title="Transaction", help="Who takes part, and how they agree."
    )

    @model_validator(mode="after")
    def _has_participants(self) -> Self:
        """Refuse a transaction of nobody, and twice the same participant."""
        names = self.transaction.participants
        if not names:
            msg = "has no participants; name links that leave this node"
            raise ValueError(msg)
        if len(set(names)) < len(names):
            msg = "names a participant twice; each link may be one"
            raise ValueError(msg)
        return self


_KEYS: Final = ("work", "call", "sequence", "parallel", "choice", "loop", "async", "transaction")


def _sort(value: Any) -> str | None:
    """Which step a raw value is: it has exactly one of the keys."""
    if isinstance(value, dict):
        found = [key for key in _KEYS if key in value]
        return f"a {found[0]} step" if len(found) == 1 else None
    return _TAGS.get(type(value))


# Tags have spaces, so that no tag in the place of an error is taken for a key.
Step = Annotated[
    Annotated[WorkStep, Tag("a work step")]
    | Annotated[CallStep, Tag("a call step")]
    | Annotated[SequenceStep, Tag("a sequence step")]
    | Annotated[ParallelStep, Tag("a parallel step")]
    | Annotated[ChoiceStep, Tag("a choice step")]
    | Annotated[LoopStep, Tag("a loop step")]
    | Annotated[AsyncStep, Tag("a async step")]
    | Annotated[TransactionStep, Tag("a transaction step")],
    Discriminator(
        _sort,
        custom_error_type="no_step",
        custom_error_message="is no step; write an object with one of the keys work, call, sequence, "
        'parallel, choice, loop, async or transaction, such as {"call": "id-of-a-link"}',
    ),
]
"""One step of a flow."""
Steps = Annotated[tuple[Step, ...], Field(min_length=1, max_length=1000, strict=False)]
"""Steps done from the first to the last, at least one."""

_TAGS: Final[dict[type, str]] = {
    WorkStep: "a work step",
    CallStep: "a call step",
    SequenceStep: "a sequence step",
    ParallelStep: "a parallel step",
    ChoiceStep: "a choice step",
    LoopStep: "a loop step",
    AsyncStep: "a async step",
    TransactionStep: "a transaction step",
}


def _bounded(flow: tuple[Step, ...]) -> tuple[Step, ...]:
    """Refuse a flow in which one request would do too much."""
    rounds = _rounds(flow)
    if rounds > MAX_ROUNDS:
        msg = (
            f"comes to {rounds} calls and works a request, all loops and copies multiplied; "
            f"{MAX_ROUNDS} is the most"
        )
        raise ValueError(msg)
    return flow


Flow = Annotated[
    tuple[Step, ...],
    Field(min_length=1, max_length=1000, strict=False),
    AfterValidator(_bounded),
]
"""A whole flow."""


def _rounds(steps: tuple[Step, ...]) -> int:
    """Calls and works that steps come to at most."""
    whole = 0
    for step in steps:
        inside = _parts(step)
        times = 1
        if isinstance(step, LoopStep):
            times = step.loop
        elif isinstance(step, ParallelStep):
            times = step.copies
        elif isinstance(step, TransactionStep):
            times = 2 * len(step.transaction.participants)
        whole += times * sum(_rounds(parts) for _, parts in inside) if inside else times
    return whole


def calls_of(
    steps: tuple[Step, ...], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every call of a flow: its path in the raw JSON, and the id of its link."""
    for index, step in enumerate(steps):
        here = (*path, str(index))
        if isinstance(step, CallStep):
            yield (*here, "call"), step.call
        if isinstance(step, TransactionStep):
            yield from _calls_of_transaction(step.transaction, (*here, "transaction"))
        for inside, parts in _parts(step):
            yield from calls_of(parts, (*here, *inside))


def _calls_of_transaction(
    transaction: Transaction, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """The links of participants, and those of compensations."""
    for place, link in enumerate(transaction.participants):
        yield (*path, "participants", str(place)), link
    for place, link in enumerate(transaction.compensate or ()):
        if link:
            yield (*path, "compensate", str(place)), link


def transactions_of(
    steps: tuple[Step, ...], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Transaction]]:
    """Every transaction of a flow, with its path in the raw JSON."""
    for index, step in enumerate(steps):
        here = (*path, str(index))
        if isinstance(step, TransactionStep):
            yield (*here, "transaction"), step.transaction
        for inside, parts in _parts(step):
            yield from transactions_of(parts, (*here, *inside))


def branches_of(
    steps: tuple[Step, ...], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], ChoiceBranch]]:
    """Every branch of every choice of a flow, with its path in the raw JSON."""
    for index, step in enumerate(steps):
        here = (*path, str(index))
        if isinstance(step, ChoiceStep):
            for place, branch in enumerate(step.choice):
                yield (*here, "choice", str(place)), branch
        for inside, parts in _parts(step):
            yield from branches_of(parts, (*here, *inside))


def unreached_rescues(
    steps: tuple[Step, ...], path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Paths of the branches that wait for a failure where no step before them can fail."""
    called = False
    for index, step in enumerate(steps):
        here = (*path, str(index))
        if isinstance(step, ChoiceStep) and not called:
            for place, branch in enumerate(step.choice):
                if branch.when == "failed":
                    yield (*here, "choice", str(place))
        for inside, parts in _parts(step):
            if isinstance(step, ParallelStep):
                for place, part in enumerate(parts):
                    within = unreached_rescues((part,))
                    yield from ((*here, *inside, str(place), *rest[1:]) for rest in within)
            elif not (isinstance(step, SequenceStep) and called):
                yield from unreached_rescues(parts, (*here, *inside))
        called = called or (
            not isinstance(step, AsyncStep) and any(True for _ in calls_of((step,)))
        )


def uses_service_time(steps: tuple[Step, ...]) -> bool:
    """Whether any work of a flow is the station's own service time."""
    return any(
        (isinstance(step, WorkStep) and step.work == SERVICE_TIME)
        or any(uses_service_time(parts) for _, parts in _parts(step))
        for step in steps
    )


def _parts(step: Step) -> list[tuple[tuple[str, ...], tuple[Step, ...]]]:
    """The lists of steps inside a step, each with its path from there."""
    match step:
        case SequenceStep():
            return [(("sequence",), step.sequence)]
        case ParallelStep():
            return [(("parallel",), step.parallel)]
        case ChoiceStep():
            return [
                (("choice", str(place), "do"), branch.do)
                for place, branch in enumerate(step.choice)
            ]
        case LoopStep():
            return [(("do",), step.do)]
        case AsyncStep():
            return [(("async",), step.background)]
        case _:
            return []


_LISTS: Final = ("participants", "compensate")
"""Lists of links in a transaction."""


def relinked(raw: Any, ids: Mapping[str, str]) -> Any:
    """A raw flow in which calls go over other links, such as those of a copy."""
    if isinstance(raw, list):
        return [relinked(each, ids) for each in raw]
    if not isinstance(raw, dict):
        return raw
    made = {key: relinked(value, ids) for key, value in raw.items()}
    link = raw.get("call")
    if isinstance(link, str):
        made["call"] = ids.get(link, link)
    for key in _LISTS:
        names = raw.get(key)
        if isinstance(names, list):
            made[key] = [ids.get(each, each) if isinstance(each, str) else each for each in names]
    return made


def without_calls(raw: Any, gone: Container[str]) -> Any:
    """A raw flow without the calls over some links, and without what is empty then; None where all is."""
    if isinstance(raw, list):
        kept = [each for each in (without_calls(part, gone) for part in raw) if each is not None]
        return kept or None
    if not isinstance(raw, dict) or raw.get("call") in gone:
        return None if isinstance(raw, dict) else raw
    made = dict(raw)
    if isinstance(raw.get("transaction"), dict):
        return _without_participants(made, gone)
    for key in ("sequence", "parallel", "choice", "do", "async"):
        if key in raw:
            made[key] = without_calls(raw[key], gone)
            if made[key] is None:
                return None
    begun = made.get("parallel")
    need = made.get("need")
    if isinstance(begun, list) and isinstance(need, int):
        copies = made.get("copies", 1)
        most = len(begun) * copies if isinstance(copies, int) else len(begun)
        made["need"] = min(need, most)
    return made


def _without_participants(raw: dict[str, Any], gone: Container[str]) -> Any:
    """A raw step without the participants behind some links; None where nobody is left."""
    inner = dict(raw["transaction"])
    names, undo = inner.get("participants"), inner.get("compensate")
    if not isinstance(names, list):
        return raw
    kept = [place for place, name in enumerate(names) if name not in gone]
    if not kept:
        return None
    inner["participants"] = [names[place] for place in kept]
    if isinstance(undo, list):
        names = [undo[place] if place < len(undo) else "" for place in kept]
        inner["compensate"] = ["" if name in gone else name for name in names]
    return {**raw, "transaction": inner}
