"""How well `warp` hears: voices and languages that the net has never heard, against their own phonemes.

    python train/try_hearing.py

Told for each voice: agreement (Pearson's r) and lag in frames of the opening between the lips with the
openness of the sounds that were spoken (the vowel heights of the chart of the International Phonetic
Association, 2020), driven by hearing and, beside it, by the phonemes themselves; how many closures of p, b
and m are closed, and how many closures are not among them. Clean, and in a room beside noise.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from speech import UNHEARD_VOICES, Speaker, Spoken, recorded

from pipeline.engines.face.warp.hearing import heard
from pipeline.engines.face.warp.tracks import Sound, at_frames, mouth_tracks, sounds
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.support.sync import lag_and_correlation, phoneme_openness

_FPS = 25
_CLOSED = 0.03
_TEXTS = {
    "en-us": "Please move the five big boxes above the open window, and wait for Bob.",
    "en-gb-x-rp": "Welcome to this course. Most people remember the first page, few the problem.",
    "cmn": "大家好，我们明天八点半在办公室门口见面，请把报名表和照片一起带来，不要忘了买票。",
    "de": "Guten Morgen, bitte bringen Sie alle Papiere mit, wir fahren um halb acht über die Brücke.",
    "fr": "Bonjour, vous pouvez ouvrir la fenêtre, mais il faut fermer la porte avant de partir.",
    "es": "Buenos días, por favor abra la puerta y ponga el libro sobre la mesa del profesor.",
    "hu": "Jó reggelt, kérem nyissa ki az ablakot, és tegye a könyvet az asztalra, mielőtt indul.",
    "da": "God morgen, vær så venlig at åbne vinduet og lægge bogen på bordet, før bussen kører.",
    "id": "Selamat pagi, mohon buka jendela dan letakkan buku itu di atas meja sebelum bus berangkat.",
    "ca": "Bon dia, si us plau obriu la finestra i poseu el llibre sobre la taula del professor.",
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.parse_args()
    speaker = Speaker()
    rng = np.random.default_rng(7)
    print("voice           by phonemes   heard, clean          heard, in a room with noise")
    print("                r     lag     r     lag   closed  false   r     lag   closed  false")
    all_told = []
    for number, (language, text) in enumerate(_TEXTS.items()):
        variant = UNHEARD_VOICES[number % len(UNHEARD_VOICES)]
        spoken = speaker.speak(text, language=language, variant=variant, rate=160, pitch=50)
        drawn = sounds(spoken.phonemes, len(spoken.audio))
        told = [*_agreement(drawn, spoken)]
        for audio in (spoken.audio, recorded(spoken.audio, rng)):
            given = heard(audio)
            told += [*_agreement(given, spoken), *_closures(given, spoken)]
        all_told.append(told)
        print(f"{language + '+' + variant:16s}{_line(told)}")
    print(f"{'mean':16s}{_line(list(np.mean(all_told, axis=0)))}")
    speaker.close()


def _line(told: list[float]) -> str:
    r, lag, clean, noisy = told[0], told[1], told[2:6], told[6:10]
    parts = (f"{p[0]:.2f}  {p[1]:+.2f}   {p[2]:.0%}    {p[3]:.1f}" for p in (clean, noisy))
    return f"{r:.2f}  {lag:+.2f}   " + "     ".join(parts)


def _agreement(said: tuple[Sound, ...], spoken: Spoken) -> tuple[float, float]:
    opening = _opening(said, len(spoken.audio))
    lag, r = lag_and_correlation(opening, phoneme_openness(spoken.phonemes, len(opening), _FPS))
    return r, lag


def _closures(said: tuple[Sound, ...], spoken: Spoken) -> tuple[float, float]:
    """The share of p, b and m with closed lips, and closures a second that belong to none."""
    opening = _opening(said, len(spoken.audio))
    frame = samples_per_frame(_FPS)
    bilabial = [p for p in spoken.phonemes if p.symbol[:1] in set("pbm") and p.symbol]
    near = np.zeros(len(opening), bool)
    hit = 0
    for phoneme in bilabial:
        first = max((phoneme.start - 70 * SAMPLE_RATE // 1000) // frame, 0)
        span = slice(first, phoneme.end // frame + 2)
        hit += bool((opening[span] < _CLOSED).any())
        near[max(first - 1, 0) : phoneme.end // frame + 3] = True
    silent = phoneme_openness(spoken.phonemes, len(opening), _FPS) < 0.05
    extra = (opening < _CLOSED) & ~near & ~silent
    count = int(np.count_nonzero(np.diff(extra.astype(int)) == 1))
    return hit / max(len(bilabial), 1), count / (len(spoken.audio) / SAMPLE_RATE)


def _opening(said: tuple[Sound, ...], samples: int) -> NDArray[np.float64]:
    frames = samples // samples_per_frame(_FPS)
    return at_frames(mouth_tracks(said, samples), frames, _FPS).aperture


if __name__ == "__main__":
    main()
