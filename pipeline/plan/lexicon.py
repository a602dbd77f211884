"""A department's dictionary: words that are spoken as another text, or by the sounds that are given for them.

What a voice is given of a sentence comes of two things, in this order: the dictionary's words give way to
what stands for them, then numbers, dates and amounts are written out, so that every voice says them alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical
from pipeline.plan.languages import UNKNOWN, three_letters
from pipeline.plan.reading import read_aloud
from pipeline.plan.script import normalise
from pipeline.plan.speech import Said
from pipeline.plan.spoken import has_words, spoken

_SCHEMA = 1
# While numbers are read, each word with sounds of its own is one character that no script can hold.
_HIDDEN = 0xE000
_MOST_HIDDEN = 0xF8FF - _HIDDEN
_HIDING = regex.compile(r"[\ue000-\uf8ff]")
_SHOWN = 40
_WORD_CHARACTER = regex.compile(r"[\p{L}\p{N}\p{M}]")
# Words of these scripts stand side by side without spaces.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


#: Characters of an entry's word, and of what is said instead.
MOST_CHARACTERS = 200
# The chart of the International Phonetic Alphabet (2020), with the signs that people type in its stead.
_IPA = frozenset(
    "abcdefhijklmnopqrstuvwxyzæçðøħŋœɐɑɒɓɔɕɖɗɘəɚɛɜɝɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒ"
    "ʔʕʘʙʛʜʝʟʡʢʣʤʥʦʧʨǀǁǂǃβθχᵻ gˈˌːˑ':.‿-˥˦˧˨˩ʰʲʷˠˤⁿˡ"
) | frozenset(map(chr, range(0x300, 0x370)))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How a word is pronounced in a language; one of `said` and `ipa` is empty.

    Attributes:
        word: as it stands in scripts; several words are one entry. Capitals are heeded where there are any.
        language: BCP 47 tag; ``en`` is meant for ``en-GB`` as well.
        said: the text that is spoken instead.
        ipa: the sounds, in the International Phonetic Alphabet, with ``ˈ`` before a stressed syllable.
    """

    word: str
    language: str
    said: str = ""
    ipa: str = ""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a voice is given of a sentence.

    Attributes:
        text: the words.
        said: those of them that are pronounced in a way of their own, in order.
    """

    text: str
    said: tuple[Said, ...]


def given(text: str, language: str, entries: Sequence[Entry], *, ipa: bool) -> Given:
    """What a voice is given of a sentence.

    Args:
        text: the sentence, as `spoken.spoken` gives it.
        language: BCP 47 tag that it is spoken in.
        entries: the dictionary.
        ipa: whether the voice heeds sounds.
    """
    worded, said = applied(text, language, entries, ipa=ipa)
    hidden, words = _hide(worded, said[:_MOST_HIDDEN])
    read = read_aloud(hidden, language)
    if not words:
        return Given(text=read, said=())
    parts: list[str] = []
    found: list[Said] = []
    length = last = 0
    for place in _HIDING.finditer(read):
        word, sounds = words[ord(place[0]) - _HIDDEN]
        parts += [read[last : place.start()], word]
        begin = length + place.start() - last
        length = begin + len(word)
        last = place.end()
        found.append(Said(text_start=begin, text_end=length, ipa=sounds))
    return Given(text="".join([*parts, read[last:]]), said=tuple(found))


def applied(text: str, language: str, entries: Sequence[Entry], *, ipa: bool) -> tuple[str, tuple[Said, ...]]:
    """The text with the dictionary's words replaced, and those that are pronounced by sounds.

    Of entries that begin at one place the longest wins, of equal ones that of the closer language. Only whole
    words are found, except in scripts without spaces, where a word is found anywhere. What was put in is not
    looked through again.

    Args:
        text: the sentence.
        language: BCP 47 tag that it is spoken in.
        entries: the dictionary.
        ipa: whether entries with sounds are heeded; else their words stay as they are.
    """
    known = _Known(entry for entry in entries if entry.said or ipa)
    parts: list[str] = []
    said: list[Said] = []
    length = last = 0
    for start, end, entry in known.found(text, language):
        word = entry.said or text[start:end]
        parts += [text[last:start], word]
        begin = length + start - last
        length = begin + len(word)
        last = end
        if not entry.said:
            said.append(Said(text_start=begin, text_end=length, ipa=entry.ipa))
    return "".join([*parts, text[last:]]), tuple(said)


def concerned(text: str, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries whose letters stand in a script, whatever their languages, in a fixed order."""
    letters = folded(spoken(text))
    return in_order({entry for entry in entries if folded(entry.word) in letters})


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same entries in the order in which jobs keep them."""
    return tuple(sorted(entries, key=lambda entry: (folded(entry.word), entry.language, entry.word)))


def folded(word: str) -> str:
    """A word as it is looked for: in small letters, each as long as it was."""
    return "".join(small if len(small := each.lower()) == 1 else each for each in word)


def to_json(entries: Iterable[Entry]) -> str:
    """A dictionary as a job keeps it: canonical JSON."""
    rows = [[entry.word, entry.language, entry.said, entry.ipa] for entry in entries]
    return canonical({"schema": _SCHEMA, "entries": rows})


def from_json(text: str) -> tuple[Entry, ...]:
    """The dictionary that `to_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        told = json.loads(text)
        # Of another schema there are none that could be read.
        rows = [tuple(map(str, row)) for row in {_SCHEMA: told["entries"]}[told["schema"]]]
        return tuple(
            Entry(word=word, language=language, said=said, ipa=ipa) for word, language, said, ipa in rows
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"no dictionary: {error}") from error


def check(entry: Entry) -> None:
    """Refuse an entry that no script could need, or no voice could say.

    Raises:
        InputError: ``lexicon-word-wrong``, ``lexicon-both-ways``, ``lexicon-text-wrong``,
            ``lexicon-ipa-wrong`` with the characters, or ``lexicon-language-unknown``.
    """
    if not _is_sayable(entry.word):
        raise InputError("lexicon-word-wrong", word=entry.word[:_SHOWN], limit=MOST_CHARACTERS)
    if three_letters(entry.language) == UNKNOWN:
        raise InputError("lexicon-language-unknown", language=entry.language[:_SHOWN])
    if bool(entry.said) == bool(entry.ipa):
        raise InputError("lexicon-both-ways")
    if entry.said and not _is_sayable(entry.said):
        raise InputError("lexicon-text-wrong", said=entry.said[:_SHOWN], limit=MOST_CHARACTERS)
    foreign = "".join(dict.fromkeys(each for each in entry.ipa if each not in _IPA))
    if foreign or len(entry.ipa) > MOST_CHARACTERS:
        raise InputError("lexicon-ipa-wrong", characters=(foreign or entry.ipa)[:_SHOWN])


def _is_sayable(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and text == normalise(text) and "\n" not in text and has_words(text)


class _Known:
    """Entries by the lengths and letters of their words, so that thousands cost no more than a few."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_word: dict[str, list[Entry]] = {}
        for entry in entries:
            self._by_word.setdefault(folded(entry.word), []).append(entry)
        self._lengths = sorted({len(word) for word in self._by_word}, reverse=True)

    def found(self, text: str, language: str) -> Iterator[tuple[int, int, Entry]]:
        """Start, end and entry of every word, from left to right, none within another."""
        letters = folded(text)
        at = 0
        while at < len(text) and self._lengths:
            hit = self._at(text, letters, at, language)
            if hit is not None:
                yield at, hit[0], hit[1]
            at = hit[0] if hit else at + 1

    def _at(self, text: str, letters: str, at: int, language: str) -> tuple[int, Entry] | None:
        for length in self._lengths:
            end = at + length
            entries = self._by_word.get(letters[at:end])
            if entries and end <= len(text) and _is_whole(text, at, end):
                fitting = [entry for entry in entries if _fits(entry, text[at:end], language)]
                if fitting:
                    return end, max(fitting, key=lambda entry: (len(entry.language), entry.word))
        return None


def _fits(entry: Entry, written: str, language: str) -> bool:
    """Whether an entry is meant for a word as it is written, in a language."""
    # A word with capitals is a name, and means itself alone.
    if entry.word != folded(entry.word) and entry.word != written:
        return False
    tag, wanted = _plain(language), _plain(entry.language)
    return tag == wanted or tag.startswith(f"{wanted}-")


def _plain(tag: str) -> str:
    """A tag as it is compared: Mandarin is what Chinese means."""
    small = tag.strip().replace("_", "-").lower()
    return f"zh{small[3:]}" if small == "cmn" or small.startswith("cmn-") else small


def _is_whole(text: str, start: int, end: int) -> bool:
    return not (_joins(text, start) or _joins(text, end))


def _joins(text: str, at: int) -> bool:
    """Whether the characters before and behind a place belong to one word."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if not (_WORD_CHARACTER.match(before) and _WORD_CHARACTER.match(after)):
        return False
    return not (_UNSPACED.match(before) or _UNSPACED.match(after))


def _hide(text: str, said: Sequence[Said]) -> tuple[str, Mapping[int, tuple[str, str]]]:
    """The text with one character for each word that has sounds, and what each of them stands for."""
    parts: list[str] = []
    words: dict[int, tuple[str, str]] = {}
    last = 0
    for index, each in enumerate(said):
        parts += [text[last : each.text_start], chr(_HIDDEN + index)]
        words[index] = (text[each.text_start : each.text_end], each.ipa)
        last = each.text_end
    return "".join([*parts, text[last:]]), words
