"""Promises about the choice of fonts: by language first, then by letter, and the same each time."""

from __future__ import annotations

import pytest

from pipeline.plan.typefaces import Face, can_set, choose, packages_for, ranked, without_pictures

LATIN = "".join(map(chr, range(32, 127)))
CHINESE = "".join(map(chr, range(0x3000, 0x3003))) + "".join(map(chr, range(0x4E00, 0x9FFF))) + "，。？！"


def face(family: str, letters: str, *, path: str = "", weight: int = 700, **known: bool) -> Face:
    """A font with these letters."""
    ranges: list[int] = []
    for code in sorted(map(ord, set(letters))):
        if ranges and ranges[-1] == code:
            ranges[-1] = code + 1
        else:
            ranges += [code, code + 1]
    return Face(
        path=path or f"/fonts/{family}-{weight}.ttf",
        family=family,
        weight=weight,
        slanted=known.get("slanted", False),
        fixed=known.get("fixed", False),
        height=1200,
        advance=550,
        ranges=tuple(ranges),
        own=known.get("own", False),
    )


SANS = face("DejaVu Sans", LATIN + "éü")
NOTO = face("Noto Sans CJK SC", LATIN + CHINESE)
RARE = face("Rare", LATIN + "ŋ")
OWN = face("House", LATIN, own=True)


def chosen(faces: list[Face], language: str, text: str) -> tuple[list[tuple[str, str]], str]:
    """Families with their letters, and what is missing."""
    setting = choose(ranked(faces, language), language=language, text=text)
    return [(face.family, letters) for face, letters in setting.faces], setting.missing


def test_a_language_has_its_font() -> None:
    """Chinese is set in a Chinese font, with the Latin letters in it; English in a Latin one."""
    assert chosen([SANS, NOTO], "cmn", "你好 Bob") == ([("Noto Sans CJK SC", "")], "")
    assert chosen([SANS, NOTO], "en-us", "Hello") == ([("DejaVu Sans", "")], "")


def test_a_letter_brings_its_font_and_changes_nothing_else() -> None:
    """A rare letter in a name is set in another font; the rest of the film stays as it is."""
    assert chosen([SANS, NOTO, RARE], "en", "Ŋ ŋ 中") == (
        [("DejaVu Sans", ""), ("Noto Sans CJK SC", "中"), ("Rare", "ŋ")],
        "Ŋ",
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_files_does_not_matter(seed: int) -> None:
    """Whatever order folders are read in, the same fonts are chosen."""
    faces = [SANS, NOTO, RARE, face("A", LATIN), face("B", LATIN + CHINESE), face("A", LATIN, weight=400)]
    mixed = [faces[(place * 5 + seed) % len(faces)] for place in range(len(faces))]
    assert sorted(map(id, mixed)) == sorted(map(id, faces))
    assert chosen(mixed, "zh", "中ŋé") == chosen(faces, "zh", "中ŋé")


def test_the_operator_s_own_font_comes_first() -> None:
    """Whoever names a folder wants its typeface, for every letter that it has."""
    assert chosen([SANS, NOTO, OWN], "en", "Hi é") == ([("House", ""), ("DejaVu Sans", "é")], "")


def test_slanted_and_fixed_fonts_come_last() -> None:
    """Captions are upright, and no typewriter's, if there is anything else."""
    italic, fixed = face("A", LATIN, slanted=True), face("B", LATIN, fixed=True)
    plain = face("C", LATIN)
    assert chosen([italic, fixed, plain], "en", "Hi") == ([("C", "")], "")
    assert chosen([italic, fixed], "en", "Hi") == ([("B", "")], "")


def test_what_no_font_draws_is_told() -> None:
    """Letters, each once, in order; spaces, joiners and emoji are none."""
    assert chosen([SANS], "zh", "好你好 \u200d\ufe0f🎉 a") == ([("DejaVu Sans", "")], "你好")
    assert chosen([], "en", "ab") == ([], "ab")


@pytest.mark.parametrize(
    ("letters", "packages"),
    [("你，。", "fonts-noto-cjk"), ("ไ", "fonts-noto-core"), ("あไ", "fonts-noto-cjk fonts-noto-core")],
)
def test_the_package_that_helps_is_named(letters: str, packages: str) -> None:
    """Chinese, Japanese and Korean fonts have one of their own."""
    assert packages_for(letters) == packages


def test_a_language_that_can_be_set() -> None:
    """A font with some of a language's letters is none for it."""
    assert can_set([NOTO], "zh")
    assert not can_set([SANS, face("Half", LATIN + "的一")], "zh")


@pytest.mark.parametrize(
    ("text", "left"),
    [("a👨‍👩‍👧b", "ab"), ("🇨🇳!", "!"), ("1️⃣ ❤️", "1 "), ("© ™ ✓ ®", "© ™ ✓ ®"), ("👍🏽 ok", " ok")],
)
def test_pictures_are_no_letters(text: str, left: str) -> None:
    """Emoji go with all that joins and colours them; signs that fonts draw stay."""
    assert without_pictures(text) == left
