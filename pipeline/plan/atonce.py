"""How many frames a model computes at a time for a job: fewer than a machine would, where memory is short."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from pipeline.plan.errors import InputError
from pipeline.plan.job import RenderProfile

#: The option that says so; no column of a manifest, since it is wished for once memory has run out.
BATCH = "face.batch_size"
#: No machine computes more at a time.
MOST_AT_ONCE = 128

_WHOLE = re.compile(r"[0-9]{1,5}")


def most_at_once(options: Mapping[str, str]) -> int:
    """How many frames at a time a job's options allow; 0 where they say nothing of it.

    Raises:
        InputError: ``face-batch-wrong``.
    """
    written = options.get(BATCH, "").strip()
    if not written:
        return 0
    plain = unicodedata.normalize("NFKC", written)
    number = int(plain) if _WHOLE.fullmatch(plain) else 0
    if not 0 < number <= MOST_AT_ONCE:
        raise InputError("face-batch-wrong", word=written, most=MOST_AT_ONCE)
    return number


def with_plain_batch(options: Mapping[str, str]) -> dict[str, str]:
    """The same options with this one in its plainest word.

    Raises:
        InputError: as `most_at_once`.
    """
    number = most_at_once(options)
    plain = {name: value for name, value in options.items() if name != BATCH}
    return {**plain, BATCH: str(number)} if number else plain


def with_fewer(profile: RenderProfile, options: Mapping[str, str]) -> RenderProfile:
    """How a machine renders a job: its own way, with no more frames at a time than the options allow.

    Which arithmetic a library takes depends on how many frames it is given, and the last bit of a pixel on
    that: so it stands in the profile, and clips that were made with more at a time are made again. What
    computes fewer anyway, or knows no such number, goes on exactly as it is.

    Raises:
        InputError: as `most_at_once`.
    """
    most = most_at_once(options)
    return replace(profile, batch=most) if 0 < most < profile.batch else profile
