"""Guards what a model wrote: a script is words to be spoken, in the language and length asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import regex

from pipeline.plan.lengths import estimate_ms
from pipeline.plan.sentences import borders
from pipeline.plan.writing import FIXED, mark_of, primary_of
from pipeline.plan.writingplan import Brief

#: Why an answer is no script: nothing is left of it, it holds what nobody says, or another language.
EMPTY, MARKUP, LANGUAGE = "writing-empty", "writing-markup", "writing-language"

_THOUGHT = regex.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", regex.DOTALL | regex.IGNORECASE)
_CLOSED_THOUGHT = regex.compile(r"^.*?</think(?:ing)?>", regex.DOTALL | regex.IGNORECASE)
_FENCE = regex.compile(r"^\s*(?:```|~~~)\w*\s*$", regex.MULTILINE)
_HEADING = regex.compile(
    r"^\s*(?:#{1,6}\s.*|[*_]{0,3}(?:title|标题|题目)\s*[:：].*|[=\-*_—]{3,}\s*)$",
    regex.MULTILINE | regex.IGNORECASE,
)
_LIST = regex.compile(r"^[ \t]*(?:[-*•·]|\d{1,2}[.)、])[ \t]+", regex.MULTILINE)
_SPEAKER = regex.compile(
    r"^[ \t]*(?:narrator|speaker|host|voice-?over|presenter|旁白|主持人|解说|讲述者)"
    r"[ \t]*(?:\([^)\n]{0,40}\))?[ \t]*[:：][ \t]*",
    regex.MULTILINE | regex.IGNORECASE,
)
_DIRECTION = regex.compile(
    r"\[[^\]\n]{0,200}\]|【[^】\n]{0,200}】"
    r"|[(（][^()（）\n]{0,60}(?:music|pause|camera|cut to|fade|smil|scene|sound"
    r"|音乐|停顿|镜头|画面|微笑|淡出|淡入)[^()（）\n]{0,60}[)）]",
    regex.IGNORECASE,
)
_BOLD = regex.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)|`")
_PREAMBLE = regex.compile(
    r"\A\s*(?:(?:sure|certainly|of course|absolutely|okay|ok|here(?:'s| is| are)|below is"
    r"|当然|好的|没问题|以下是|下面是|这是)[^\n]{0,160}[:：]\s*\n+"
    r"|(?:sure|certainly|of course|当然|好的)[!！。,，.]\s*\n+)",
    regex.IGNORECASE,
)
_FAREWELL = regex.compile(
    r"\n+\s*(?:\(?(?:note|word count|let me know|i hope|feel free)\b|注[:：]|（?字数|希望(?:这|以上)|如需)"
    r"[^\n]{0,200}\s*\Z",
    regex.IGNORECASE,
)
_UNSEEN = frozenset({"Cc", "Cs", "Co"})
_BLANKS = regex.compile(r"[ \t]+")
_PARAGRAPHS = regex.compile(r"\s*\n\s*\n\s*")
_QUOTED = regex.compile(r"\A[\"“「『](.*)[\"”」』]\Z", regex.DOTALL)

_MARKUP = regex.compile(
    r"</?[A-Za-z][^>\n]{0,80}>|<\||\|>|\{\{|\}\}|\[/?INST\]|```|<<SYS|\\n|^\s*\|.*\|\s*$|={2}\p{AHex}{16}",
    regex.MULTILINE,
)
_ADDRESS = regex.compile(r"(?:https?://|www\.)[^\s，。；、）)]+", regex.IGNORECASE)
_WORD = regex.compile(r"\p{Han}|[\p{L}\p{N}']+")
#: So many words of the fixed texts in a row are no accident.
_TOLD_WORDS, _TOLD_CHARACTERS = 8, 16

_SCRIPTS: Mapping[str, regex.Pattern[str]] = {
    **dict.fromkeys(("zh", "cmn", "yue", "wuu"), regex.compile(r"\p{Han}")),
    "ja": regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]"),
    "ko": regex.compile(r"[\p{Hangul}\p{Han}]"),
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk", "kk"), regex.compile(r"\p{Cyrillic}")),
    **dict.fromkeys(("ar", "fa", "ur"), regex.compile(r"\p{Arabic}")),
    "el": regex.compile(r"\p{Greek}"),
    "he": regex.compile(r"\p{Hebrew}"),
    "th": regex.compile(r"\p{Thai}"),
    **dict.fromkeys(("hi", "mr", "ne"), regex.compile(r"\p{Devanagari}")),
}
_LATIN = regex.compile(r"\p{Latin}")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_LETTER = regex.compile(r"\p{L}")
#: Per cent of words, or characters of Han, that have to be of the language: names may be of another.
_SHARE = 70
# Words by which languages of one script are told apart, where a text has enough of them.
_FREQUENT: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to is in that it for you with this are on be your we have from will our can was",
        "de": "der die das und ist nicht ein eine zu mit den von auf für im sich dem es auch wir sie wird",
        "fr": "le la les et est des une dans que pour vous qui sur avec ce pas au nous par plus sont du",
        "es": "el los las y es una que en para con del por su se lo más como este son nuestra está pero muy",
        "pt": "os as e é uma que em para com do da não por seu se mais como este são nossa você está mas",
        "it": "il gli le e è una che di per con del della non si più come questo sono nostra nel anche ma",
        "nl": "de het een en van is dat niet op te voor met zijn je wij deze aan er ook maar om naar wordt",
    }.items()
}
_ENOUGH_WORDS = 20

_SHORT, _LONG, _CUT = 50, 150, 110


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is left of an answer.

    Attributes:
        text: the script; empty where there is none.
        code: why it may not be used; empty where it may.
    """

    text: str
    code: str = ""


def judged(answer: str, brief: Brief) -> Judged:
    """The script in a model's answer: without thoughts, remarks and marks that nobody speaks.

    What a person would have to look for, such as markup or another language, is refused, not mended.
    """
    text = _cleaned(answer)
    if not _LETTER.search(text):
        return Judged(text="", code=EMPTY)
    if _has_markup(text, brief):
        return Judged(text="", code=MARKUP)
    if not _is_in(text, brief.language):
        return Judged(text="", code=LANGUAGE)
    return Judged(text=text)


def too_short(text: str, brief: Brief) -> bool:
    """Whether it takes less than half as long to say as was asked for."""
    return estimate_ms(text) < brief.seconds * 10 * _SHORT


def too_long(text: str, brief: Brief) -> bool:
    """Whether it takes half as long again to say as was asked for, or more."""
    return estimate_ms(text) > brief.seconds * 10 * _LONG


def cut_to_fit(text: str, brief: Brief) -> str:
    """The text up to the last sentence that ends near the length asked for; its first one at least."""
    limit = brief.seconds * 10 * _CUT
    ends = _ends_of(text, brief.language)
    fitting = [end for end in ends if estimate_ms(text[:end]) <= limit]
    return text[: fitting[-1] if fitting else ends[0]].rstrip()


def _cleaned(answer: str) -> str:
    """An answer without what models put around and between the words to be spoken."""
    text = unicodedata.normalize("NFC", answer).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in _UNSEEN)
    text = _CLOSED_THOUGHT.sub("", _THOUGHT.sub("", text))
    text = _FENCE.sub("", text).strip()
    text = _FAREWELL.sub("", _PREAMBLE.sub("", text))
    for pattern in (_HEADING, _LIST, _DIRECTION):
        text = pattern.sub("", text)
    text = _BOLD.sub("", text)
    text = _BLANKS.sub(" ", _SPEAKER.sub("", text))
    paragraphs = ["\n".join(line.strip() for line in part.split("\n")) for part in _PARAGRAPHS.split(text)]
    text = "\n\n".join(part for part in paragraphs if part.strip()).strip()
    quoted = _QUOTED.match(text)
    return quoted[1].strip() if quoted and not regex.search(r"[\"“”「」『』]", quoted[1]) else text


def _has_markup(text: str, brief: Brief) -> bool:
    given = f"{brief.text}\n{brief.source}"
    if _MARKUP.search(text) or mark_of(brief) in text:
        return True
    if any(address not in given for address in _ADDRESS.findall(text)):
        return True
    return bool(_runs_of(text) & _FIXED_RUNS)


def _runs_of(text: str) -> set[tuple[str, ...]]:
    """Every row of words that is long enough to be told again; of Han, of characters."""
    words = _WORD.findall(text.casefold())
    found = set()
    for at in range(len(words)):
        size = _TOLD_CHARACTERS if _SCRIPTS["zh"].match(words[at]) else _TOLD_WORDS
        if at + size <= len(words):
            found.add(tuple(words[at : at + size]))
    return found


def _is_in(text: str, language: str) -> bool:
    """Whether a text is in a language, by the letters and the frequent words of it."""
    primary = primary_of(language)
    words = [word for word in _WORD.findall(text.casefold()) if _LETTER.search(word)]
    script = _SCRIPTS.get(primary, _LATIN)
    if sum(script.search(word) is not None for word in words) * 100 < _SHARE * len(words):
        return False
    if primary == "ja":
        return _KANA.search(text) is not None
    if primary not in _FREQUENT:
        return True
    if len(words) < _ENOUGH_WORDS:
        return True
    counts = {name: sum(word in frequent for word in words) for name, frequent in _FREQUENT.items()}
    return counts[primary] == max(counts.values())


def _ends_of(text: str, language: str) -> list[int]:
    """Where the sentences of a text end, the end of the text the last of them."""
    ends: list[int] = []
    blocks = text.split("\n")
    for block, start in zip(blocks, accumulate((len(each) + 1 for each in blocks), initial=0), strict=False):
        ends += [start + end for end in borders(block, language)] if block.strip() else []
    return sorted({*ends, len(text)})


_FIXED_RUNS = frozenset(run for fixed in FIXED for run in _runs_of(fixed))
