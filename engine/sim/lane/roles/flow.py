"""A node with a flow of its own: work, calls, parallel parts, choices, loops, parts that nobody waits for.

Where a request stands in the flow is kept in frames: one for the request itself, and one for each
branch that goes on beside it. A branch is a call without a path, so that links answer it like a request.

A worker does one thing at a time. Without `hold`, a request that has to wait lets its worker go, and its
next local work takes its turn in line, beyond any queue limit, as the callbacks of an event loop do;
between works without a wait it keeps the worker. With `hold`, the request's own worker does all its
local work, that of parallel branches one after the other.

Whatever nobody waits for any more begins nothing new, and its local work stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Call, Context, Pool, calls_in
from engine.sim.lane.codes import DEAD, ENGAGED, EXPIRED, NEVER, OK
from engine.sim.lane.context import context_of, inherit, missed_by
from engine.sim.lane.jobs import Jobs
from engine.sim.lane.roles.steps import (
    ALWAYS,
    ASYNC,
    BRANCH,
    CHOICE,
    DETACHED,
    LOOP,
    MISS,
    PARALLEL,
    ROOT,
    WORK,
    Block,
    Branch,
    Frame,
    Step,
    frame_of,
    known_frame,
    request_of,
)
from engine.sim.lane.seams import Role
from engine.sim.lane.station.line import Fifo
from engine.sim.lane.stores.versions import pass_on
from engine.sim.lane.tracing.tracer import settle

if TYPE_CHECKING:
    from engine.sim.lane.call_tracer import CallTracer
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.node import Node
    from engine.sim.lane.transactions.coordinator import Coordinator


@final
class Program(Role):
    """A station whose flow is a program. The work that the program begins with comes first, without a frame."""

    def __init__(self, node: Node, uniforms: Draws) -> None:
        self.node = node
        self.program: list[Step] = []
        self.uniforms = uniforms
        """For choices."""
        self.tracer: CallTracer | None = None
        """What records its branches; None where nothing is recorded."""
        self.works: i64 = 0
        """Laws of work that the node has at least: some may be under way."""
        self.coordinator: Coordinator | None = None
        """What leads its transactions; None where it has none."""
        self._detached = Jobs()
        """Branches that nobody waits for."""

    def worked(self, call: Call, now: float) -> None:
        """Go on, keeping the worker until something has to be waited for."""
        call.stage = ENGAGED
        frame = known_frame(call)
        if frame is None:
            call.held = True
            self.node.after_work(call, now)
            return
        if frame_of(request_of(call, frame)).working is not call:
            call.held = True
        self._run(call, frame, now)

    def serve(self, job: Call, now: float) -> None:
        """Begin the program."""
        context = job.context
        deadline = NEVER if context is None else context.deadline
        frame = Frame(ROOT, None, self.program, deadline)
        if context is not None:
            inherit(frame, context)
            frame.version = context.version  # what a write-behind has promised
            frame.etag = context.etag  # what a store that asks for another version has already
        job.context = frame
        self._run(job, frame, now)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """A call was answered."""
        frame = frame_of(job)
        root = request_of(job, frame)
        if job is not root:
            if frame.wrong:
                context_of(root).wrong = True
            pass_on(job, root)
            if frame.missed_over is not None:
                _pass_misses(frame, frame_of(root))
        missed_over = missed_by(root)
        if frame.makes_up and not child.missed and missed_over is not None:
            frame_of(root).missed_over = None
            for path in missed_over:
                path.fill(job, now)
        self._run(job, frame, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A call failed: so does whoever made it, unless the flow says what to do then."""
        frame = frame_of(job)
        parent = job.parent
        while not self._recovers(job, frame, now):
            if frame.sort != BRANCH or parent is None:
                self._fail(job, frame, reason, now)
                return
            self._end(job, frame, now)
            job = parent
            frame = frame_of(job)
            parent = job.parent
            frame.spare -= 1
            if frame.spare >= 0:
                return

    def _fail(self, job: Call, frame: Frame, reason: i64, now: float) -> None:
        """Nothing goes on from here."""
        if frame.sort == DETACHED:
            self._end(job, frame, now)
            self._report(job, frame, reason, now)
        else:
            self.node.pass_on(job, reason, now)

    def _recovers(self, job: Call, frame: Frame, now: float) -> bool:
        """Go on after a failure with the next step that says how; what comes before that is left out."""
        if frame.deadline <= now:
            return False
        for block in reversed(frame.blocks):
            steps = block.steps
            place: i64 = block.place
            count: i64 = len(steps)
            while place < count:
                step = steps[place]
                place += 1
                branch = self._chosen(step.rescues, request_of(job, frame))
                if branch is None:
                    continue
                while frame.blocks[-1] is not block:
                    frame.blocks.pop()
                block.place = place
                frame.blocks.append(Block(branch.steps, 1))
                self._call_off(frame, EXPIRED, now)
                self._run(job, frame, now)
                return True
        return False

    def _run(self, job: Call, frame: Frame, now: float) -> None:
        """Take steps until one has to be waited for, or all are done."""
        blocks = frame.blocks
        while len(blocks) > 0:
            block = blocks[-1]
            if block.place == len(block.steps):
                block.place = 0
                block.rounds -= 1
                if block.rounds <= 0:
                    blocks.pop()
                continue
            step = block.steps[block.place]
            block.place += 1
            sort = step.sort
            if sort == CHOICE:
                branch = self._chosen(step.branches, request_of(job, frame))
                if branch is not None:
                    blocks.append(Block(branch.steps, 1))
            elif sort == LOOP:
                blocks.append(Block(step.branches[0].steps, step.count))
            elif sort == ASYNC:
                self._detach(job, step.branches[0].steps, now)
            elif self._waits(job, frame, step, now):
                return
        self._through(job, frame, now)

    def _waits(self, job: Call, frame: Frame, step: Step, now: float) -> bool:
        """Take a step that takes time, and say whether it has to be waited for."""
        if step.sort == WORK:
            self._work(job, frame, step, now)
            return True
        if step.sort == PARALLEL:
            self._fan_out(job, frame, step, now)
            if frame.needed <= 0:
                return False
            self._rest(job, frame, now)
            return True
        self._rest(job, frame, now)
        coordinator, terms = self.coordinator, step.terms
        if coordinator is not None and terms is not None:
            coordinator.begin(job, terms, now)
            return True
        frame.makes_up = step.makes_up
        link = step.link
        if link is not None:
            link.ask(job, now)
        return True

    def _chosen(self, branches: list[Branch], root: Call) -> Branch | None:
        """The first of some ways that applies."""
        kind = root.kind
        missed = missed_by(root) is not None
        draw = -1.0
        for branch in branches:
            if len(branch.accepts) > 0 and not branch.accepts[kind]:
                continue
            if branch.when != ALWAYS and missed != (branch.when == MISS):
                continue
            share = branch.share
            if share < 0.0:
                return branch
            if draw < 0.0:
                draw = self.uniforms.draw()
            if draw < share:
                return branch
            draw -= share
        return None

    def _fan_out(self, job: Call, frame: Frame, step: Step, now: float) -> None:
        """Begin all branches of a parallel step."""
        frame.needed = step.count
        frame.spare = len(step.branches) - step.count
        frame.starting = True
        for branch in step.branches:
            self._begin(job, frame, branch.steps, now)
        frame.starting = False
        if frame.needed <= 0:
            self._call_off(frame, EXPIRED, now)

    def _begin(self, job: Call, frame: Frame, steps: list[Step], now: float) -> None:
        """Begin a branch that its job waits for."""
        branch = self._branch(job, now)
        made = Frame(BRANCH, request_of(job, frame), steps, frame.deadline)
        branch.context = made
        frame.children.append(branch)
        self._run(branch, made, now)

    def _detach(self, job: Call, steps: list[Step], now: float) -> None:
        """Begin a branch that goes on by itself. It has the misses of its request, and no deadline."""
        branch = self._branch(job, now)
        if branch.span is not None:
            branch.span.awaited = False
        made = Frame(DETACHED, None, steps, NEVER)
        misses = missed_by(request_of(job, frame_of(job)))
        if misses is not None:
            made.missed_over = misses.copy()
        self.launch(branch, made, now)

    def _report(self, job: Call, frame: Frame, reason: i64, now: float) -> None:
        """Let the leader of a transaction know what became of a message."""
        transaction, coordinator = frame.transaction, self.coordinator
        if transaction is not None and coordinator is not None:
            coordinator.heard(transaction, frame.place, frame.message, reason, job, now)

    def launch(self, branch: Call, frame: Frame, now: float) -> None:
        """Begin a branch that goes on by itself."""
        branch.context = frame
        self._detached.add(branch)
        branch.pool.detached += 1
        self._run(branch, frame, now)

    def _branch(self, job: Call, now: float) -> Call:
        """A branch of a job: a call that crosses nothing."""
        branch = Call(self.node, job.pool, job, job.kind, job.key)
        branch.stage = ENGAGED
        tracer = self.tracer
        if tracer is not None and job.span is not None:
            branch.span = tracer.branch(job.span, now)
        return branch

    def _work(self, job: Call, frame: Frame, step: Step, now: float) -> None:
        """Have local work done: by the worker that was kept, by the request's, or by the next that is free."""
        pool = job.pool
        task = step.task + i64(job.kind)
        if job.held:
            job.task = i16(task)
            pool.discipline.carry_on(job, now)
        elif frame.sort == ROOT:
            # It waits in line as a branch of its own, whose worker then goes on with the request.
            frame.needed = 1
            frame.spare = 0
            self._begin(job, frame, [step], now)
        elif self._is_kept_for(job, frame):
            job.task = i16(task)
            self._do_in_turn(job, frame_of(request_of(job, frame)), now)
        else:
            job.task = i16(task)
            pool.discipline.rejoin(job, now)

    def _is_kept_for(self, job: Call, frame: Frame) -> bool:
        """Whether the request's own worker does a branch's work; it goes on with what it does in any case."""
        root = request_of(job, frame)
        return frame_of(root).working is job or (root.held and self.node.hold)

    def _do_in_turn(self, job: Call, kept: Frame, now: float) -> None:
        """Have the worker of the request do a branch's work, after that of other branches."""
        if kept.working is None or kept.working is job:
            kept.working = job
            job.pool.discipline.carry_on(job, now)
            return
        ready = kept.ready
        if ready is None:
            ready = Fifo()
            kept.ready = ready
        ready.push(job)

    def _rest(self, job: Call, frame: Frame, now: float) -> None:
        """Let the worker go while something is waited for, unless it is held or does a branch's work."""
        if job.held:
            if not self.node.hold:
                job.held = False
                job.pool.discipline.release(job, now)
        elif frame.sort == BRANCH:
            self._next_in_turn(job, frame_of(request_of(job, frame)), now)

    def _next_in_turn(self, job: Call, kept: Frame, now: float) -> None:
        """Have the worker of the request do the next branch's work, where it did this one's.

        In an instance that is down nobody does anything more.
        """
        if kept.working is not job or job.pool.down:
            return
        kept.working = None
        ready = kept.ready
        while ready is not None:
            following = ready.pop()
            if following is None:
                return
            if not following.done:
                kept.working = following
                following.pool.discipline.carry_on(following, now)
                return

    def _through(self, job: Call, frame: Frame, now: float) -> None:
        """All steps are done."""
        parent = job.parent
        if frame.sort == ROOT:
            self.node.finish(job, OK, now)
            return
        if frame.sort == DETACHED or parent is None:
            self._end(job, frame, now)
            self._report(job, frame, OK, now)
            return
        above = frame_of(parent)
        above.needed -= 1
        if above.needed > 0 or above.starting:
            self._end(job, frame, now)
            return
        # The worker of the last goes on with what all of them were for.
        if not parent.held:
            parent.held = job.held
            job.held = False
        self._end(job, frame, now)
        self._call_off(above, EXPIRED, now)
        self._run(parent, above, now)

    def _end(self, job: Call, frame: Frame, now: float) -> None:
        """A branch is over: its worker is free, and what it had begun is called off."""
        job.done = True
        if job.span is not None:
            span = job.span
            span.reply(OK, now)
            settle(span, OK, 0, now)
            job.span = None
        self._call_off(frame, EXPIRED, now)
        if job.held:
            job.held = False
            job.pool.discipline.release(job, now)
        elif frame.sort == BRANCH:
            self._next_in_turn(job, frame_of(request_of(job, frame)), now)
        if frame.sort == DETACHED:
            job.pool.detached -= 1
            self._detached.remove(job)

    def call_off(self, context: Context, reason: i64, now: float) -> None:
        """The request is over: so are its branches."""
        self._call_off(context, reason, now)

    def _call_off(self, context: Context, reason: i64, now: float) -> None:
        """Stop what is not needed any more."""
        children = context.children
        if len(children) == 0:
            return
        context.children = []
        for child in children:
            path = child.path
            if path is not None:
                path.call_off(child, reason, now)
            elif not child.done:
                self._stop(child, reason, now)

    def _stop(self, branch: Call, reason: i64, now: float) -> None:
        """Stop a branch wherever it is."""
        frame = frame_of(branch)
        pool = branch.pool
        if pool.down:
            branch.stage = DEAD
        elif frame_of(request_of(branch, frame)).working is branch:
            pool.discipline.stop(branch, now)
        elif branch.stage != ENGAGED:
            pool.discipline.withdraw(branch, now)
            branch.held = False
        if pool.down:
            branch.held = False
        self._call_off(frame, reason, now)
        self._end(branch, frame, now)

    def parts(self, pool: Pool) -> list[Call]:
        """The requests inside, and all branches of their flows."""
        found = calls_in(pool.inside)
        found += [branch for branch in calls_in(self._detached) if branch.pool is pool]
        place: i64 = 0
        while place < len(found):
            context = found[place].context
            if context is not None:
                found += [child for child in context.children if child.path is None]
            place += 1
        return found

    def carries(self, call: Call) -> bool:
        """Whether the worker that a request keeps works on a branch."""
        frame = known_frame(call)
        return frame is not None and frame_of(request_of(call, frame)).working is call

    def killed(self, pool: Pool, now: float) -> None:
        """What nobody waits for dies with its instance, too."""
        for branch in calls_in(self._detached):
            if branch.pool is pool:
                self._stop(branch, EXPIRED, now)
        coordinator = self.coordinator
        if coordinator is not None:
            coordinator.crashed(pool, now)

    def revived(self, pool: Pool, now: float) -> None:
        """It goes on with the transactions that it led."""
        coordinator = self.coordinator
        if coordinator is not None:
            coordinator.recover(pool, now)


def _pass_misses(branch: Frame, root: Frame) -> None:
    """What a branch misses, its request misses."""
    missed_over = branch.missed_over
    branch.missed_over = None
    if missed_over is None:
        return
    known = root.missed_over
    if known is None:
        root.missed_over = missed_over
        return
    for path in missed_over:
        if path not in known:
            known.append(path)
