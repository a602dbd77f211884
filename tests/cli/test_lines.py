"""Promises of the lines that say how a job stands."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from cli.lines import archive_of, counts_of, jobs_table, progress_of, state_of, took_of
from farm.views.films import AttemptView, JobView
from tests.cli.test_watch import BY_ANNA, HELD, JOB, Screen, terminal

DONE = replace(
    JOB,
    state="completed",
    archive="pending",
    holds=("operator",),
    held=(BY_ANNA,),
    begun=True,
    waiting="held",
)


def test_every_standing_is_counted_once() -> None:
    """Four jobs are four, whichever states they are in."""
    line = counts_of(terminal(io.StringIO()), {"queued": 1, "completed": 1, "held": 1, "review": 1})
    assert line.plain == "1 completed · 1 queued · 1 in review · 1 held"


@pytest.mark.parametrize(
    ("job", "said"), [(HELD, "held"), (replace(HELD, state="active"), "held"), (DONE, "completed")]
)
def test_a_hold_is_said_of_what_is_not_over(job: JobView, said: str) -> None:
    """A queued or active job is held; a completed one is completed."""
    assert state_of(terminal(io.StringIO()), job).plain == said


def test_a_paused_film_says_so_where_it_waits_for_the_archive() -> None:
    """The pause stands in the archive's line, and the film is still told where it is."""
    page = terminal(io.StringIO())
    told = archive_of(page, DONE)
    assert told.startswith("waits for the archive; paused by anna since ")
    assert told.endswith("(wrong logo); `lectern resume 7` lets it go on")
    assert archive_of(page, replace(DONE, holds=(), waiting="")) == "waits for the archive"
    assert progress_of(page, DONE) == "in the store; `lectern show 7`"


def test_a_hold_for_want_of_a_consent_is_no_operators() -> None:
    """`lectern resume` would not end it: what does is told where the person is."""
    page = terminal(io.StringIO())
    wanting = replace(HELD, holds=("consent",), held=())
    assert progress_of(page, wanting) == f"held, since a person's consent has ended: `lectern show {HELD.id}`"
    both = progress_of(page, replace(HELD, holds=("consent", "operator")))
    assert f"`lectern show {HELD.id}`; held by anna since " in both
    assert both.endswith(f"`lectern release {HELD.id}` lets it begin")
    assert progress_of(page, replace(HELD, holds=("quota",), held=())).startswith("held: quota")


@pytest.mark.parametrize(
    ("outcome", "held_ms", "said"),
    [
        ("lost", 0, "–"),
        ("running", 0, "–"),
        ("lost", 40, "40 ms"),
        ("ok", 0, "0 ms"),
        ("ok", 61_000, "1 min 01 s"),
    ],
)
def test_an_attempt_took_as_long_as_it_kept_its_worker(outcome: str, held_ms: int, said: str) -> None:
    """As the report's slowest steps and accounts count; one that runs has not taken 0 ms."""
    attempt = AttemptView(
        stage="render",
        chunk=0,
        number=1,
        outcome=outcome,
        worker="w",
        device="cpu",
        started="",
        ended="",
        machine_ms=7,
        held_ms=held_ms,
        error=None,
    )
    assert took_of(terminal(io.StringIO()), attempt) == said


def test_a_films_path_is_printed_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow the terminal is, so that it can be copied; nothing ends in an ellipsis."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    film = "/srv/archive/maria/2026/" + "a-very-long-name-" * 6 + "of a film.mp4"
    archived = replace(JOB, state="completed", archive="archived", film=film)
    screen = Screen()
    page = terminal(screen)
    page.say(jobs_table(page, [archived, HELD]))
    assert film in screen.getvalue()
    assert "…" not in screen.getvalue()
