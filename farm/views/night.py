"""What became of a night, ready to be shown to people and programs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SubmittedView:
    """A batch of the nightly folder that was queued.

    Attributes:
        name: how its folder or file was called.
        batch: its number.
        films: how many films it has.
        created: False: the same content was submitted before, and is that batch.
        place: where it was put.
    """

    name: str
    batch: int
    films: int
    created: bool
    place: str


@dataclass(frozen=True, kw_only=True)
class RefusedView:
    """A batch that was not queued.

    Attributes:
        name: how its folder or file was called.
        code: why.
        place: where it was put, with its problems beside it.
    """

    name: str
    code: str
    place: str


@dataclass(frozen=True, kw_only=True)
class NightView:
    """A night.

    Attributes:
        began: when, ISO 8601 in UTC.
        ended: likewise.
        how: why it was over: ``empty`` (nothing was left), ``shut`` (its window), ``long`` (its longest
            time), ``interrupted``, or ``not_waited``.
        window: its window; empty for none.
        submitted: the batches that were queued.
        refused: those that were not.
        waiting: those that lie there still: somebody was writing them, or could not be asked what they are.
        bare: folders there that have no manifest, and were left alone.
        done: films that were finished meanwhile, of any batch.
        failed: films that failed meanwhile, or could not be delivered.
        canceled: films that were canceled meanwhile.
        left: films that could still go on.
        scaled: pools that it woke and sent to rest.
        troubles: codes of what did not work without ending the night.
        report: where the page of the morning report is; empty: there is none.
        sent: the ways by which it was sent.
    """

    began: str
    ended: str
    how: str
    window: str
    submitted: tuple[SubmittedView, ...]
    refused: tuple[RefusedView, ...]
    waiting: tuple[str, ...]
    bare: tuple[str, ...]
    done: int
    failed: int
    canceled: int
    left: int
    scaled: tuple[str, ...]
    troubles: tuple[str, ...]
    report: str
    sent: tuple[str, ...]
