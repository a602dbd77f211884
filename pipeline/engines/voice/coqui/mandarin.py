"""Chinese in the phonemes that the library's own reader writes (``zh_cn_phonemizer``), by words and pinyin.

A word is what jieba's dictionary says, as when the library's models were trained: words are parted by spaces,
which such a model has learnt to hear, and the reading of a character depends on its word (银行, 行长).
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import Any

from pipeline.engines.voice.coqui.family import Raw
from pipeline.engines.voice.coqui.ipa import Rendered
from pipeline.engines.voice.durations import Timed
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install

# The library's reader takes these for spaces.
_UNREAD = frozenset("、.,[]()?!〽~『』「」【】")
_TONES = frozenset("12345")


def in_pinyin(text: str, known: Collection[str]) -> Rendered:
    """A text in phonemes, a tone's number behind each syllable, words and marks parted by spaces.

    What is no Chinese and no mark that the model knows is left out.

    Args:
        text: what is spoken.
        known: characters of the model.

    Raises:
        InputError: ``engine-missing``: the dictionary is not installed.
    """
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for word in _words().cut(text, HMM=False):
        start, at = at, at + len(word)
        if phonemes := "".join(sign for sign in _phonemes(word) if sign in known):
            pieces.append(phonemes)
            places.append((start, at))
        else:
            pieces += [sign for sign in word if sign in known and _is_mark(sign)]
    return Rendered(ipa=" ".join(pieces), places=tuple(places))


def _phonemes(word: str) -> str:
    """A word's phonemes; nothing of what is no Chinese."""
    import pypinyin

    tones = pypinyin.Style.TONE3
    read = pypinyin.lazy_pinyin(word, style=tones, neutral_tone_with_five=True, errors="ignore")
    syllables = _syllables()
    return "".join(syllables.get(each[:-1], [""])[0] + each[-1] for each in read if each[-1] in _TONES)


@cache
def _words() -> Any:  # noqa: ANN401 - jieba's own type
    """What parts a text in words, by the dictionary that comes with jieba; 60 MB, once for a process."""
    if find_spec("jieba") is None:
        raise InputError("engine-missing", engine="coqui", library="jieba", install=how_to_install("coqui"))
    with warnings.catch_warnings():
        # It asks setuptools for its own files, which warns that nobody should.
        warnings.simplefilter("ignore")
        import jieba

    # Filled here: by itself it would keep a copy of its dictionary in the system's folder for passing files,
    # and read whatever somebody else put there.
    words = jieba.Tokenizer()
    words.FREQ, words.total = words.gen_pfdict(words.get_dict_file())
    words.initialized = True
    return words


def _syllables() -> dict[str, list[str]]:
    """The library's own phonemes of each syllable."""
    from TTS.tts.utils.text.chinese_mandarin.pinyinToPhonemes import PINYIN_DICT

    syllables: dict[str, list[str]] = PINYIN_DICT
    return syllables


def toneless(raw: Raw) -> Raw:
    """The same with tones as part of the sound before them: a tone is no sound of its own."""
    return replace(raw, tokens=tuple(_without_tones(raw.tokens)))


def _without_tones(tokens: tuple[Timed, ...]) -> Iterator[Timed]:
    for token in tokens:
        yield replace(token, symbol="") if token.symbol in _TONES else token


def _is_mark(sign: str) -> bool:
    return not (sign.isalnum() or sign.isspace() or sign in _UNREAD)
