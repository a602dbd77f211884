"""What may happen to a farm, and which moves of a job are legal."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.plan.errors import AwayError, InputError, TransientError

#: The scripts of a batch's jobs. They are short and share their words, so that workers meet over them.
BATCHES = (
    ("a b c",),
    ("a b c", "a b c"),
    ("a b c", "b a"),
    ("a", "a"),
    ("write check|a b", "check|b"),
    ("record|a b", "write|b a"),
)
MOST_JOBS = 8
#: After how many operations a process is killed, if at all; most of what happens is short.
FUSES = st.sampled_from([None, None, None, None, 0, 1, 1, 2, 3, 5, 8, 13])
LATE_FUSES = st.one_of(st.none(), st.integers(5, 40))
WHICH = st.sampled_from([0, 1])
TIMES = st.sampled_from([1, 2, 3, 5, 100, 100])
#: Where a worker may be halted, so that something comes between.
PLACES = st.sampled_from(["claimed", "looked", "found", "taken", "made", "made", "put"])
#: What may come between.
MEDDLING = st.sampled_from(["gc", "gc", "damage", "cancel", "pause", "again"])
#: Where a worker is halted and what comes then; who is canceled after a put has to be paid for it.
PLANS = st.one_of(st.tuples(PLACES, MEDDLING), st.tuples(PLACES, MEDDLING), st.just(("put", "cancel")))
#: When gc is interrupted by a worker, and after what that had stopped.
CLEARINGS = (
    ("drop-unneeded", "found"),
    ("drop-unneeded", "looked"),
    ("delete-untouched", "claimed"),
    ("delete-untouched", "found"),
    ("never", "found"),
)
MOMENTS = st.sampled_from(CLEARINGS)
#: What a stage cannot do without.
NEEDS = {"speak": "script", "listen": "speech", "render.warp": "timeline", "join": "clip", "archive": "film"}
#: How an attempt may end without success.
ENDS = st.sampled_from(["error", "fatal", "away", "interrupted"])
#: What a worker may do that does not know yet that it was given up.
LATE = ("work", "work", "error", "fatal", "interrupted")
JOBS = st.integers(1, MOST_JOBS)
#: The moves of the design, and two in one where two moves may lie between two looks.
LEGAL = {
    ("queued", "active"), ("queued", "canceled"), ("queued", "failed"), ("queued", "completed"),
    ("active", "completed"), ("active", "failed"), ("active", "canceled"), ("active", "queued"),
    ("failed", "queued"),
    ("failed", "canceled"), ("failed", "active"), ("canceled", "queued"), ("canceled", "active"),
    ("completed", "active"),
}  # fmt: skip
ERRORS = {
    "error": TransientError("media-failed"),
    "fatal": InputError("face-cannot-be-driven"),
    "away": AwayError("archive-away"),
}
