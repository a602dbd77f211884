"""Speech to learn from: espeak-ng's voices with their sounds, in rooms, through microphones, in noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from texts import LEARNT, Reader

from pipeline.engines.face.warp.hearing import SOUNDS
from pipeline.engines.face.warp.tracks import Sound, sounds
from pipeline.engines.face.warp.visemes import NEUTRAL, VISEMES, Contact
from pipeline.engines.voice.espeak.events import to_speech
from pipeline.engines.voice.espeak.process import Zygote, locate
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.resample import resample, time_at_master
from pipeline.plan.spectrum import HOP, features
from pipeline.plan.speech import Phoneme

#: Voices to learn from, by espeak-ng's names of variants, and such as the net never hears.
LEARNT_VOICES = (
    "", "f1", "f2", "f3", "f5", "m1", "m2", "m3", "m4", "m6", "m7", "Alicia", "Andy", "belinda", "adam",
    "linda", "max", "klatt", "klatt2", "klatt3", "klatt4", "klatt6", "anika", "boris", "gustave", "john",
    "steph", "travis", "victor", "whisper", "croak", "Denis", "Marco", "edward", "grandma", "grandpa",
)  # fmt: skip
UNHEARD_VOICES = ("f4", "m5", "m8", "Annie", "Michael", "Alex", "klatt5", "david", "aunty", "robert")

_LEAD, _TAIL = 240 * SAMPLE_RATE // 1000, 160 * SAMPLE_RATE // 1000
_MS = SAMPLE_RATE // 1000
# How long lips stay closed: see `_closed`.
_BURST, _BEFORE_BURST, _AFTER_BURST, _RELEASE, _SHORTEST = 50 * _MS, 58 * _MS, 10 * _MS, 8 * _MS, 60 * _MS

# Each of `SOUNDS`, then the letters of the chart that are taught as if they were that one. Told here and not
# found by the shapes in `visemes`, so that a better table of mouths teaches the net nothing else.
_ALIKE = (
    "i", "ɪᵻɨɯ", "yʉ", "u", "ʊᵿɵ", "e", "øʏ", "o", "əɚ", "ɛɘɤ", "œɝɜɞ", "ʌɐ", "ɔɶɒ", "æ", "a", "ɑ",
    "pbɓʙ", "mʘ", "wʍɥ", "fvɱⱱʋ", "θð", "szɬɮçʝcɟʄ", "ʃʒɧ", "ɕʑ", "ʂʐɸβ", "tdɗʈɖᶑɲʎ", "nɳɾ", "lɭɺǀǁǃ",
    "ɹɻɽ", "rɫʟ", "jǂ", "kɡgɠqɢʛŋɴ", "xɣχɰʀʁ", "hɦħʕʜʢʔʡ",
)  # fmt: skip
_TAUGHT = {
    NEUTRAL: SOUNDS.index("ə"),
    **{VISEMES[letter]: SOUNDS.index(letters[0]) for letters in _ALIKE for letter in letters},
}

Sampled = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Spoken:
    """An utterance at 48 kHz with its phonemes."""

    audio: NDArray[np.int16]
    phonemes: tuple[Phoneme, ...]


class Speaker:
    """Speaks with espeak-ng in any of its voices; a context manager would hide that it is a process."""

    def __init__(self) -> None:
        library, data = locate()
        self._zygote = Zygote(library=library, data=data)

    def speak(self, text: str, *, language: str, variant: str, rate: int, pitch: int) -> Spoken:
        """Speak, with silence before and after."""
        voice = language + (f"+{variant}" if variant else "")
        answer = self._zygote.ask({"text": text, "voice": voice, "rate": rate, "pitch": pitch})
        speech = to_speech(answer, text=text, voice=language)
        sound = resample(speech.samples, speech.rate)
        total = -(-(_LEAD + len(sound) + _TAIL) // HOP) * HOP
        audio = np.zeros(total, np.int16)
        audio[_LEAD : _LEAD + len(sound)] = sound
        moved = [
            replace(
                p,
                start=_LEAD + time_at_master(p.start, speech.rate),
                end=_LEAD + time_at_master(p.end, speech.rate),
            )
            for p in speech.phonemes
        ]
        return Spoken(audio=audio, phonemes=tuple(moved))

    def close(self) -> None:
        """End the process."""
        self._zygote.close()


def labels(spoken: Spoken) -> NDArray[np.int64]:
    """Which of `SOUNDS` is made in each 10 ms; p, b and m as long as the lips are closed for them."""
    found = np.full(len(spoken.audio) // HOP, SOUNDS.index(""))
    said = sounds(spoken.phonemes, len(spoken.audio))
    for sound in said:
        breath = sound.viseme.contact is Contact.LIPS and sound.viseme.stop
        # After the lips of a stop have parted a breath follows.
        kind = SOUNDS.index("h") if breath else _TAUGHT[sound.viseme]
        found[_rounded(sound.start) : _rounded(sound.end)] = kind
    for sound in said:
        if sound.viseme.contact is Contact.LIPS:
            start, end = _closed(sound)
            found[_rounded(start) : _rounded(end)] = _TAUGHT[sound.viseme]
    return found


def lesson(speaker: Speaker, reader: Reader, rng: np.random.Generator) -> tuple[Sampled, NDArray[np.int64]]:
    """Features and labels of an utterance in any voice, room and noise."""
    spoken = _said(speaker, reader, rng)
    return features(recorded(spoken.audio, rng)).astype(np.float64), labels(spoken)


def _said(speaker: Speaker, reader: Reader, rng: np.random.Generator) -> Spoken:
    """An utterance in any language and voice, of any speed and length of throat."""
    shares = np.array(list(LEARNT.values()), np.float64)
    language = list(LEARNT)[int(rng.choice(len(LEARNT), p=shares / shares.sum()))]
    spoken = speaker.speak(
        reader.text(language),
        language=language,
        variant=LEARNT_VOICES[int(rng.integers(len(LEARNT_VOICES)))],
        rate=int(rng.integers(115, 215)),
        pitch=int(rng.integers(15, 90)),
    )
    return _stretched(spoken, float(rng.uniform(0.82, 1.2)))


def _stretched(spoken: Spoken, times: float) -> Spoken:
    """The same speech slower and lower, or faster and higher: a longer or a shorter throat."""
    total = int(len(spoken.audio) * times) // HOP * HOP
    at = np.arange(total) / times
    audio = np.rint(np.interp(at, np.arange(len(spoken.audio)), spoken.audio)).astype(np.int16)
    moved = (replace(p, start=int(p.start * times), end=int(p.end * times)) for p in spoken.phonemes)
    return Spoken(audio=audio, phonemes=tuple(p for p in moved if p.end > p.start))


def recorded(audio: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int16]:
    """The speech as a microphone takes it in some room; now and then as clean as it was made."""
    sound = audio / max(float(np.abs(audio).max()), 1.0)
    if rng.random() < 0.2:
        return _taken(sound, 0.7)
    if rng.random() < 0.6:
        sound = in_a_room(sound, rng)
    sound = _coloured(sound, rng)
    if rng.random() < 0.85:
        sound = sound + room_noise(len(sound), rng) * sound.std() * 10 ** (-rng.uniform(8, 45) / 20)
    if rng.random() < 0.1:
        sound = np.clip(sound, -0.4 * np.abs(sound).max(), 0.4 * np.abs(sound).max())
    return _taken(sound, float(rng.uniform(0.02, 0.99)))


def in_a_room(sound: Sampled, rng: np.random.Generator) -> Sampled:
    """Reverberation: noise that dies away by 60 dB in 0.1 to 0.7 seconds."""
    length = int(SAMPLE_RATE * rng.uniform(0.1, 0.7))
    tail = rng.normal(size=length) * 10 ** (-3 * np.arange(length) / length)
    tail *= rng.uniform(0.05, 0.7) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    size = 1 << (len(sound) + length).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]


def _coloured(sound: Sampled, rng: np.random.Generator) -> Sampled:
    """A microphone's response: a slope, three hills, now and then the band of a telephone."""
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    octave = np.log2(np.maximum(hertz, 60) / 1000)
    gain = rng.uniform(-5, 5) * octave
    for _ in range(3):
        gain += rng.uniform(-7, 7) * np.exp(-(((octave - rng.uniform(-3, 2.7)) / 0.6) ** 2))
    if rng.random() < 0.2:
        low, high = rng.uniform(100, 350), rng.uniform(3000, 6000)
        gain -= 40 * np.clip(np.log2(low / np.maximum(hertz, 1)), 0, 1)
        gain -= 40 * np.clip(np.log2(np.maximum(hertz, 1) / high), 0, 1)
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (gain / 20), len(sound))


def room_noise(length: int, rng: np.random.Generator) -> Sampled:
    """Noise of any slope, of unit size, now and then with a hum."""
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 30)
    spectrum = np.fft.rfft(rng.normal(size=length)) * hertz ** -rng.uniform(0, 1.2)
    noise = np.fft.irfft(spectrum, length)
    noise /= noise.std() + 1e-9
    if rng.random() < 0.3:
        hum = 2 * np.pi * rng.choice([50, 60, 100, 120]) * np.arange(length) / SAMPLE_RATE
        noise = noise + rng.uniform(0, 1) * np.sin(hum)
    return noise


def _taken(sound: Sampled, level: float) -> NDArray[np.int16]:
    return np.rint(sound / max(float(np.abs(sound).max()), 1e-9) * level * 32767).astype(np.int16)


def _rounded(sample: int) -> int:
    return (sample + HOP // 2) // HOP


def _closed(sound: Sound) -> tuple[int, int]:
    """When the lips are closed for a sound; espeak-ng marks a short stop at its burst, after its closure."""
    start, end = sound.start, sound.end - _RELEASE
    if sound.viseme.stop and sound.end - sound.start < _BURST:
        start, end = sound.start - _BEFORE_BURST, sound.start + _AFTER_BURST
    missing = max(_SHORTEST - (end - start), 0)
    return start - missing // 2, end + missing // 2
