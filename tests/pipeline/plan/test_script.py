"""Scripts become sentences and pauses: nothing lost, nothing merged, each border its own."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.plan import script
from pipeline.plan.errors import InputError
from pipeline.plan.lengths import MAX_SPEECH_MS, cut, estimate_ms
from pipeline.plan.script import Pause, Sentence, check, normalise, split
from pipeline.plan.spoken import spoken


def shown(text: str, language: str = "en") -> list[str]:
    """The shown texts of a script's sentences."""
    return [piece.shown for piece in split(text, language=language) if isinstance(piece, Sentence)]


def words(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(regex.findall(r"[\p{L}\p{N}]", text))


ENGLISH = [
    "Dr. Smith met Mrs. Jones, e.g. at 5 p.m. in the lab.",
    "He joined the U.S. Army in Jan. 1999.",
    "J. R. R. Tolkien wrote it.",
    "No. 5 is alive.",
    "See Fig. 3 and p. 12, i.e. the second part.",
    "Version 2.13.0 costs $1,234.56, up 5.5%.",
    "Read https://example.com/a.b?c=d&e=1!x or mail anna.smith@example.co.uk.",
    "Open report.final.v2.pdf with Node.js.",
    "“Stop!” he cried.",
    '"Really?" she asked.',
    "(See the note above.)",
    "Well... I think so.",
    "Next one… maybe not.",
    "It starts at 10:30 a.m. Monday.",
    "Wow!!!",
    "What?!",
    "We met at Acme Inc. Tower, St. James St. West.",
    "Ask John F. Kennedy Jr. about it.",
    "George said: “I know.”",
    "Smith et al. (2020) disagree.",
    "Choose plan B.",
    "Bring pens, paper, etc.",
]
CHINESE = [
    "你好！",
    "今天是2024年11月21日，气温3.5度。",
    "“你来吗？”他问。",
    "他说：“我们走吧。”",
    "使用.NET框架和Python 3.11开发。",
    "我想……也许吧。",
    "（请看附录。）",
    "真的吗？！",
    "《红楼梦》是名著；《西游记》也是。",
    "访问https://example.com/路径了解更多。",
]


@pytest.mark.parametrize("sentence", [*ENGLISH, *CHINESE])
def test_one_sentence_stays_one(sentence: str) -> None:
    """Abbreviations, numbers, addresses, quotes and ellipses do not end a sentence."""
    assert shown(sentence) == [sentence]


@settings(deadline=None)
@given(st.lists(st.sampled_from(ENGLISH), min_size=1, max_size=6))
def test_english_sentences_part(sentences: list[str]) -> None:
    """Sentences that follow each other are parted where each ends, whichever they are."""
    begun = [f"The rest. {sentence}" for sentence in sentences]
    expected = [part for sentence in sentences for part in ("The rest.", sentence)]
    assert shown(" ".join(begun)) == expected


@settings(deadline=None)
@given(st.lists(st.sampled_from(CHINESE), min_size=1, max_size=6))
def test_chinese_sentences_part(sentences: list[str]) -> None:
    """Chinese needs no space between two sentences."""
    assert shown("".join(sentences), "zh") == sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I said no. Then I left.", ["I said no.", "Then I left."]),
        ("hello there. this is fine. thanks", ["hello there.", "this is fine.", "thanks"]),
        ("Wait... What?", ["Wait...", "What?"]),
        ("He left the U.S. The end.", ["He left the U.S.", "The end."]),
        ("Visit example.com. Then call.", ["Visit example.com.", "Then call."]),
        ("It is 2024. Time flies.", ["It is 2024.", "Time flies."]),
        ("Great! 🎉 Next one.", ["Great! 🎉", "Next one."]),
        ("Is it?Yes.没错.对", ["Is it?Yes.", "没错.", "对"]),
        ("好的?是的!行.", ["好的?", "是的!", "行."]),
        ("你好。Hello there. 再见", ["你好。", "Hello there.", "再见"]),
        ("1. Open the door.\n2. Close it.", ["1. Open the door.", "2. Close it."]),
        ("- One\n* Two\n• Three\n# Four\n- [x] Five", ["One", "Two", "Three", "Four", "Five"]),
        ("This line was wrapped by an\neditor, and goes\non here.", None),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("床前明月光，\n疑是地上霜。", ["床前明月光，疑是地上霜。"]),
        ("A title\nThen a line", ["A title", "Then a line"]),
        ("One.\n***\n🎉\n...\nTwo.", ["One.", "Two."]),
    ],
)
def test_borders(text: str, expected: list[str] | None) -> None:
    """Where sentences end, case by case; None: nowhere."""
    assert shown(text) == (expected or [text.replace("\n", " ")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wow!!! 🎉 Great 👩‍👩‍👧 day", "Wow! Great day"),
        ("Really?!?!", "Really?"),
        ("**Bold** and _this_ and `code`", "Bold and this and code"),
        ("one --- two *** three", "one two three"),
        ("C++, 3*4, file_name.txt", "C++, 3*4, file_name.txt"),
        ("ＡＢＣ１２３％！", "ABC123%！"),
        ("Well... yes…… 好……吧", "Well… yes… 好…吧"),
        ("Press 1️⃣ → go ✅", "Press 1 go"),
    ],
)
def test_marks_are_not_spoken(text: str, said: str) -> None:
    """Emoji, arrows, emphasis and runs of marks are shown, not spoken."""
    assert spoken(text) == said


def test_shown_keeps_what_is_not_spoken() -> None:
    """Captions show the text as it was written."""
    (piece,) = [p for p in split("Great!!! 🎉", language="en") if isinstance(p, Sentence)]
    assert (piece.shown, piece.spoken) == ("Great!!! 🎉", "Great!")


@pytest.mark.parametrize(
    ("text", "main", "expected"),
    [
        ("Hello.", "en", "en"),
        ("Hello 世界.", "en", "zh"),
        ("你好。", "zh-CN", "zh-CN"),
        ("This is English.", "zh", "en"),
        ("123.", "zh", "zh"),
        ("東京です。", "ja", "ja"),
        ("Guten Tag.", "de", "de"),
    ],
)
def test_language_of_each_sentence(text: str, main: str, expected: str) -> None:
    """Han characters are Chinese, Latin ones in a Chinese script English, the rest the script's language."""
    (piece,) = [p for p in split(text, language=main) if isinstance(p, Sentence)]
    assert piece.language == expected


def test_head_tail_paragraphs_and_marks() -> None:
    """Silence stands at both ends, between paragraphs and where a mark asks for it, once at each place."""
    text = "One. Two.\n\nThree [pause 1.5s] four.\n\n[停顿 1秒][pause 800ms]\n\nFive."
    pieces = [piece.ms if isinstance(piece, Pause) else piece.shown for piece in split(text, language="en")]
    assert pieces == [
        script.HEAD_MS,
        "One.",
        "Two.",
        script.PARAGRAPH_MS,
        "Three",
        1500,
        "four.",
        1800,
        "Five.",
        script.TAIL_MS,
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "script-empty"),
        (" \n\n ", "script-empty"),
        ("... *** 🎉 ---", "script-empty"),
        ("[pause 1s]", "script-empty"),
        ("Hi [pause]", "script-pause-malformed"),
        ("Hi [pause 5]", "script-pause-malformed"),
        ("Hi [pause 1s", "script-pause-malformed"),
        ("Hi [停顿一下]", "script-pause-malformed"),
        ("Hi [pause -1s]", "script-pause-malformed"),
        ("Hi [pause 11s]", "script-pause-range"),
        ("Hi [pause 999999999s]", "script-pause-range"),
        ("Hi [pause 0s]", "script-pause-range"),
        ("Hi" + "[pause 10s]" * 61, "script-pauses-too-long"),
    ],
)
def test_refused(text: str, code: str) -> None:
    """A script that cannot be spoken is refused in words, by `check` and by `split` alike."""
    for look in (check, lambda given: split(given, language="en")):
        with pytest.raises(InputError) as caught:
            look(text)
        assert caught.value.code == code


def test_too_long() -> None:
    """The limit of a script's length counts its normal form, and is asked before it is queued."""
    check("a" * 80_000 + "  \r\n")
    with pytest.raises(InputError) as caught:
        check("a" * 80_001)
    assert (caught.value.code, caught.value.facts) == (
        "script-too-long",
        {"characters": 80_001, "limit": 80_000},
    )


def test_pause_marks_in_any_spelling() -> None:
    """Case, width, spaces, decimal comma and units in full are all understood; other brackets are text."""
    text = "a[PAUSE:1,5 seconds]b【停顿２秒】c［pause 250 ms］d[paused]"
    assert [p.ms for p in split(text, language="en", head_ms=0, tail_ms=0) if isinstance(p, Pause)] == [
        1500,
        2000,
        250,
    ]
    assert shown(text)[-1] == "d[paused]"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 450,
        "1" * 30,
        "https://example.com/" + "path/" * 40,
        "我" * 170,
        "the cat sat on the mat and " * 20,
        "我们今天学习安全知识，" * 20,
        "e\u0301" * 500,
        "👩‍👩‍👧a" * 300,
        "ABC " * 40,
    ],
)
def test_long_sentences_are_cut(text: str) -> None:
    """No part is estimated longer than about 15 s, none is a short rest, and no grapheme is torn."""
    parts = cut(text)
    assert "".join(parts) == text
    assert len(parts) > 1 or estimate_ms(text) <= MAX_SPEECH_MS
    assert all(MAX_SPEECH_MS // 10 < estimate_ms(part) <= MAX_SPEECH_MS for part in parts)
    assert [g for part in parts for g in regex.findall(r"\X", part)] == regex.findall(r"\X", text)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (
            "We walked along the river for a very long while, " * 2
            + "and then "
            + "we rested in the shade " * 8,
            ",",
        ),
        ("我们今天在公司的培训教室里面学习了很多关于消防安全的重要知识；" * 3, "；"),
    ],
)
def test_long_sentences_are_cut_at_clauses(text: str, end: str) -> None:
    """Clause marks come first."""
    assert cut(text)[0].rstrip().endswith(end)


def test_slower_speech_makes_shorter_parts() -> None:
    """The limit is one of time."""
    text = "The quick brown fox jumps over the lazy dog, and runs away into the forest, where it hides."
    assert len(cut(text)) == 1
    assert len(cut(text, speed=25)) > 1


ANY = st.text(
    alphabet=st.one_of(
        st.sampled_from("aB我。.!?…,，\"“”()[]{}*-#~ \n\r\t1９é🎉\u0301\u200d\u202e\u3000、;：'"),
        st.characters(),
    ),
    max_size=120,
)


@settings(deadline=None)
@given(ANY)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """Normal text is NFC, without control characters, and stays as it is."""
    plain = normalise(text)
    assert normalise(plain) == plain
    assert unicodedata.is_normalized("NFC", plain)
    assert not regex.search(r"[\p{Cc}\p{Cs}--\n]", plain, regex.V1)


@settings(deadline=None)
@given(ANY)
def test_nothing_is_lost(text: str) -> None:
    """The shown texts joined give the script's words back; every piece can be spoken and is short enough."""
    try:
        pieces = split(text, language="en")
    except InputError:
        return
    sentences = [piece for piece in pieces if isinstance(piece, Sentence)]
    assert words("".join(piece.shown for piece in sentences)) == words(normalise(text))
    for piece in sentences:
        assert words(piece.spoken)
        assert "\n" not in piece.shown
        assert estimate_ms(piece.spoken) <= MAX_SPEECH_MS
    assert split(normalise(text), language="en") == pieces


PROSE = st.lists(
    st.sampled_from(
        ["The", "cat", "sat", "on", "a", "mat,", "and", "Anna", "ran", "while", "25", "dogs", "slept"]
    ),
    min_size=3,
    max_size=80,
).map(lambda found: f"Now {' '.join(found)}.")


@settings(deadline=None)
@given(
    st.lists(PROSE, min_size=3, max_size=5), PROSE, st.integers(0, 2), st.sampled_from([" ", "\n", "\n\n"])
)
def test_one_changed_sentence_moves_no_other(sentences: list[str], other: str, at: int, gap: str) -> None:
    """Borders and parts of a sentence depend on it alone."""
    changed = [*sentences[:at], other, *sentences[at + 1 :]]
    alone = [shown(sentence) for sentence in changed]
    assert shown(gap.join(changed)) == [part for parts in alone for part in parts]


@pytest.mark.parametrize(
    "text",
    [
        "." * 79_999 + "a",
        "x." + "*" * 79_990 + "x",
        "a. " * 26_000,
        'a?"' * 26_000,
        "Of\n" * 26_000,
        "我" * 80_000,
    ],
)
def test_hostile_scripts_end(text: str) -> None:
    """The longest script of the worst kind is split in time (the suite's limit), not in hours."""
    assert shown(text)
