"""How far phonemes are from where they sound when a word's time alone is known and its sounds share it.

    python bench/word_shares.py

espeak-ng knows when it makes which sound: its words' times alone are shared among their letters of IPA, as is
done for models that read letters, and what comes out is held against its own times. Printed are the distances
between where sounds begin within words, in milliseconds, by `pipeline.engines.voice.inherent`, and were all
letters to share a word's time equally. None of these sentences was looked at when the numbers were chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np
from _farm import machine

from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.voice.inherent import inherent
from pipeline.plan.speech import Said, Speech

_MARKS = "ˈˌ"
_TEXTS: Mapping[str, Sequence[str]] = {
    "en": (
        "Every department pays for the hours that its films have used.",
        "Nobody knows where the yellow umbrella was left behind.",
        "Choose a quiet room, switch off the fan and begin to speak.",
        "The new manager thanked everybody for their patience yesterday.",
    ),
    "zh": (
        "每个部门都要为自己的影片付费。",
        "请选择安静的房间，关掉风扇再开始说话。",
        "新经理昨天感谢了大家的耐心。",
        "没有人知道黄色的雨伞放在哪里。",
    ),
    "de": (
        "Jede Abteilung bezahlt die Stunden, die ihre Filme gebraucht haben.",
        "Niemand weiß, wo der gelbe Regenschirm geblieben ist.",
    ),
    "es": (
        "Cada departamento paga las horas que sus películas han usado.",
        "Nadie sabe dónde se quedó el paraguas amarillo.",
    ),
    "fr": (
        "Chaque service paie les heures que ses films ont utilisées.",
        "Personne ne sait où le parapluie jaune est resté.",
    ),
}


def _equal(letters: Sequence[str]) -> tuple[int, ...]:
    return (1,) * len(letters)


def away(
    speech: Speech, read: Sequence[Said], share: Callable[[Sequence[str]], Sequence[int]]
) -> Iterator[float]:
    """How many milliseconds from its own beginning each sound within a word is found."""
    for word in speech.words:
        inside = "".join(said.ipa for said in read if word.text_start <= said.text_start < word.text_end)
        letters = [letter for letter in inside if not letter.isspace()]
        own = [sound for sound in speech.phonemes if sound.symbol and word.start <= sound.start < word.end]
        if "".join(sound.symbol for sound in own) != "".join(sign for sign in letters if sign not in _MARKS):
            continue
        ends = [0, *accumulate(share(letters))]
        at = 0
        for number, sound in enumerate(own):
            # A mark of stress belongs to the sound that it stands before.
            if number:
                found = word.start + (word.end - word.start) * ends[at] / ends[-1]
                yield abs(found - sound.start) * 1000 / speech.rate
            left = len(sound.symbol)
            while left:
                left -= letters[at] not in _MARKS
                at += 1


def main() -> None:
    """Print the table."""
    print(machine())
    print("| language | sounds | shared equally: mean | 90 % below | by their kind: mean | 90 % below |")
    print("| --- | --- | --- | --- | --- | --- |")
    espeak = EspeakVoice()
    for language, texts in _TEXTS.items():
        choice = choose_voice(espeak.voices(), engine=espeak.name, language=language)
        told = [(espeak.speak(text, choice), espeak.reading(text, choice)) for text in texts]
        cells: list[str] = []
        for share in (_equal, inherent):
            found = np.array([ms for speech, read in told for ms in away(speech, read, share)])
            cells = [
                *(cells or [language, str(len(found))]),
                f"{found.mean():.0f}",
                f"{np.quantile(found, 0.9):.0f}",
            ]
        print(f"| {' | '.join(cells)} |")
    espeak.close()


if __name__ == "__main__":
    main()
