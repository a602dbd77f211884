"""The file of a speech: a WAV that any player plays, with the times of its phonemes and words inside.

RIFF WAVE (Microsoft and IBM, Multimedia Programming Interface 1.0, 1991) with three chunks in this order:
``fmt `` (PCM, mono, 16 bits), ``lctn`` (canonical JSON: schema, phonemes, words, where the times come from
unless the voice told them itself, and which take it is unless the first; players pass over it) and ``data``.
Equal speeches give equal bytes: there is no date, name or version in it.
"""

from __future__ import annotations

import json
import operator
import struct

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.keys import canonical
from pipeline.plan.speech import Speech, Times
from pipeline.plan.timeline import check_times, phonemes_from, row_of, words_from

_SCHEMA = 1
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_PCM, _MONO, _WIDTH = 1, 1, 2


def to_wave(speech: Speech) -> bytes:
    """The whole file of a speech."""
    times = canonical(
        {
            "schema": _SCHEMA,
            "phonemes": [row_of(phoneme) for phoneme in speech.phonemes],
            "words": [row_of(word) for word in speech.words],
            **({} if speech.times is Times.OWN else {"times": speech.times}),
            **({"cost": speech.cost} if speech.cost else {}),
            **({"takes": speech.takes} if speech.takes > 1 else {}),
        }
    )
    kind = _FORMAT.pack(_PCM, _MONO, speech.rate, speech.rate * _WIDTH, _WIDTH, _WIDTH * 8)
    body = b"WAVE" + b"".join(
        (
            _chunk(b"fmt ", kind),
            _chunk(b"lctn", times.encode()),
            _chunk(b"data", speech.samples.astype("<i2").tobytes()),
        )
    )
    return _chunk(b"RIFF", body)


def from_wave(data: bytes) -> Speech:
    """The speech that `to_wave` wrote.

    Raises:
        ValueError: it is no such file, or breaks a promise of a speech.
    """
    try:
        return _read(data)
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise ValueError(f"no speech: {error}") from error


def sound_of(data: bytes) -> NDArray[np.int16]:
    """The samples of a speech that `to_wave` wrote, without its times.

    Raises:
        ValueError: as `from_wave`.
    """
    try:
        return _opened(data)[1]
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise ValueError(f"no speech: {error}") from error


def _read(data: bytes) -> Speech:
    rate, samples, times = _opened(data)
    told = json.loads(bytes(times))
    if told["schema"] != _SCHEMA:
        raise ValueError("another schema")
    speech = Speech(
        rate=rate,
        samples=samples,
        phonemes=phonemes_from(told["phonemes"]),
        words=words_from(told["words"]),
        times=Times(told.get("times", Times.OWN)),
        cost=operator.index(told.get("cost", 0)),
        takes=operator.index(told.get("takes", 1)),
    )
    check_times(speech.phonemes, speech.words, len(speech.samples))
    return speech


def _opened(data: bytes) -> tuple[int, NDArray[np.int16], memoryview]:
    """Rate, samples and the JSON of the times."""
    ((name, body),) = _chunks(memoryview(data))
    if name != b"RIFF" or bytes(body[:4]) != b"WAVE":
        raise ValueError("no WAVE")
    parts = dict(_chunks(body[4:]))
    coding, channels, rate, _, _, bits = _FORMAT.unpack(parts[b"fmt "])
    if (coding, channels, bits) != (_PCM, _MONO, _WIDTH * 8):
        raise ValueError("another kind of WAVE")
    return rate, np.frombuffer(parts[b"data"], "<i2").astype(np.int16), parts[b"lctn"]


def _chunk(name: bytes, body: bytes) -> bytes:
    """A chunk, padded to an even length as RIFF wants it."""
    return _CHUNK.pack(name, len(body)) + body + b"\0" * (len(body) % 2)


def _chunks(data: memoryview) -> list[tuple[bytes, memoryview]]:
    found = []
    place = 0
    while place < len(data):
        name, size = _CHUNK.unpack_from(data, place)
        place += _CHUNK.size
        if place + size > len(data):
            raise ValueError("cut short")
        found.append((name, data[place : place + size]))
        place += size + size % 2
    return found
