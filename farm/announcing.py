"""Tells backends of traces of a submission, in the trace of each film that it made."""

from __future__ import annotations

import socket
from contextlib import suppress

from db.traces import read_traces
from farm.bootstrap import Farm, set_up_spans, tells_spans
from pipeline import spans
from pipeline.plan import trace
from pipeline.plan.errors import LecternError


def announce(farm: Farm, batch: int, begun_ns: int) -> None:
    """Tell of a submission that ended now; a backend that does not answer keeps nobody for long.

    Args:
        farm: the farm.
        batch: the new batch.
        begun_ns: when its submission began, in nanoseconds since the Unix epoch.
    """
    # All is queued by now: whatever keeps spans from being told is said by those who work.
    with suppress(LecternError):
        if not tells_spans(farm.settings):
            return
        traces = [trace.parse(each) for each in read_traces(farm.ledger, batch)]
        end = None if spans.is_told() else set_up_spans(farm.settings, instance=socket.gethostname())
        # OpenTelemetry takes a while to load, and few tell of anything.
        from farm import tracing

        tracing.tell_submitted(traces, begun_ns, {"batch": batch, "films": len(traces)})
        if end is not None:
            end()
