"""Families of Coqui models: what a model can do, told by its configuration alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from pipeline.engines.voice import Voice
from pipeline.plan.errors import InputError

#: What is told of a model, by the names that its card has for it.
Traits = Mapping[str, Sequence[str]]

#: The voice of a model that has one voice alone.
OWN = "own"
#: The voice of a model that sounds like the person of a sample.
PROFILE = "profile"

#: Who renders a text in phonemes for a model: espeak, or the words of Chinese by their pinyin.
ESPEAK, PINYIN = "espeak", "pinyin"

# Each take draws other noise; nobody listens to more than two further ones.
_TAKES = 3
_SCRIPT = 4
_COUNTRY = 2
# Languages that the library reads with a package that does not come with it.
_READ_WITH: Mapping[str, str] = {"ja": "cutlet"}
# XTTS was trained on these; its configuration may leave them out.
_XTTS = (
    *("en", "es", "fr", "de", "it", "pt", "pl", "tr", "ru"),
    *("nl", "cs", "ar", "zh-cn", "hu", "ko", "ja", "hi"),
)
# Who renders phonemes here, by the library's own name of who does there.
_RENDERED: Mapping[str, str] = {"espeak": ESPEAK, "zh_cn_phonemizer": PINYIN}
# Whom the library asks for a language where a model names nobody; espeak for all others.
_USUAL: Mapping[str, str] = {
    "zh-cn": "zh_cn_phonemizer",
    "ja-jp": "ja_jp_phonemizer",
    "ko-kr": "ko_kr_phonemizer",
    "be": "be_phonemizer",
    "bn": "bn_phonemizer",
}
_EACH = "multi_phonemizer"
# What reading Chinese words takes.
_NEEDED: Mapping[str, tuple[str, ...]] = {ESPEAK: (), PINYIN: ("jieba", "pypinyin")}
# What a model that is told pinyin reads: the unified ideographs of Unicode's first plane, and zero.
_HAN = "".join(map(chr, [0x3007, *range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)]))
# Where the library finds the names of speakers and languages, beside the configuration.
_SPEAKER_FILES = ("speakers_xtts.pth", "speakers.json", "speakers.pth", "speaker_ids.json", "speaker_ids.pth")
_LANGUAGE_FILE = "language_ids.json"
# What hears a speaker, for the models that do not bring it within their own weights.
_SPEAKER_ENCODER = "model_se.pth"


class Family(StrEnum):
    """The kinds of Coqui models that are spoken with."""

    XTTS = "xtts"
    YOUR_TTS = "your_tts"
    VITS = "vits"
    GLOW_TTS = "glow_tts"
    TACOTRON = "tacotron"
    TACOTRON2 = "tacotron2"
    FAST_PITCH = "fast_pitch"
    FAST_SPEECH = "fast_speech"
    FAST_SPEECH2 = "fastspeech2"
    SPEEDY_SPEECH = "speedy_speech"
    ALIGN_TTS = "align_tts"
    OVERFLOW = "Overflow"
    NEURAL_HMM = "NeuralHMM_TTS"


# Cleaners of text that make no small letters; no cleaner at all is one, too.
_KEEPING_CASE = (None, "", "no_cleaners", "phoneme_cleaners", "chinese_mandarin_cleaners")
#: Families that draw a spectrogram after a plan of how long each sound lasts.
PLANNED = frozenset(
    {
        *(Family.GLOW_TTS, Family.FAST_PITCH, Family.FAST_SPEECH, Family.FAST_SPEECH2),
        *(Family.SPEEDY_SPEECH, Family.ALIGN_TTS),
    }
)
#: Families whose speed can be chosen.
_SPEEDS = frozenset({Family.XTTS, Family.YOUR_TTS, Family.VITS, *PLANNED})
_BASES = (None, "", "forward_tts")


def family_of(config: Mapping[str, object]) -> Family:
    """Which family a configuration is of.

    Raises:
        InputError: ``model-family-unknown``.
    """
    named = config.get("model")
    known = ", ".join(Family)
    if not isinstance(named, str) or named not in tuple(Family) or config.get("base_model") not in _BASES:
        raise InputError("model-family-unknown", family=str(named)[:40], known=known)
    if named == Family.VITS and _asked(config, "use_d_vector_file"):
        return Family.YOUR_TTS
    return Family(named)


def traits_of(
    config: Mapping[str, object], beside: Mapping[str, object] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """What a model's card tells of it: family, languages, speakers, alphabet, phonemes, cloned and rate.

    Args:
        config: the model's ``config.json``.
        beside: every other file of the model by its name, with what it holds for those of speakers and
            languages; None where nothing is known of them but what the configuration says.

    Raises:
        InputError: ``model-family-unknown``, ``voice-phonemizer-missing`` or ``model-config-wrong`` with the
            first key that does not fit.
    """
    family = family_of(config)
    files = beside or {}
    names = tuple({tag_of(name): name for name in languages_of(config, files)}.values())
    phonemes = _phonemes(config, family, names)
    told = {
        "family": (str(family),),
        "languages": tuple(map(tag_of, names)),
        "speakers": tuple(dict.fromkeys(_speakers(config, files))),
        "alphabet": () if family is Family.XTTS or phonemes else (_alphabet(config),),
        "phonemes": phonemes,
        "cloned": ("yes",) if _clones(config, family, beside) else (),
        "rate": (str(_rate(config)),),
    }
    return {name: values for name, values in told.items() if values}


def voices_of(traits: Traits, *, model: str, label: str = "") -> tuple[Voice, ...]:
    """The voices of a model whose card tells `traits`: its speakers', then that of whoever gives a sample.

    Args:
        traits: as `traits_of` gives them.
        model: SHA-256 (hex) of the model.
        label: what people call the model.
    """
    family = Family(_one(traits, "family"))
    speakers = tuple(traits.get("speakers", ()))
    cloned = "cloned" in traits
    names = speakers or (() if cloned else (OWN,))
    title = label or str(family)
    renderers = set(traits.get("phonemes", ()))
    by_espeak = renderers == {ESPEAK}

    def voice(name: str, told: str, *, clone: bool = False) -> Voice:
        return Voice(
            name=name,
            languages=tuple(traits["languages"]),
            label=told,
            timbre=name,
            heeds_phonemes=by_espeak,
            cloned=clone,
            alphabet=_HAN if renderers == {PINYIN} else _one(traits, "alphabet"),
            model=model,
            speeds=family in _SPEEDS,
            pitches=False,
            takes=_TAKES,
        )

    own = tuple(voice(name, title if name == OWN else f"{title}, {name}") for name in names)
    return (*own, voice(PROFILE, f"{title}, as in a sample", clone=True)) if cloned else own


def tag_of(name: str) -> str:
    """The BCP 47 tag of a language as the library calls it: ``zh-cn`` gives ``zh-CN``."""
    first, *rest = name.strip().replace("_", "-").lower().split("-")
    return "-".join([first, *map(_cased, rest)])


def _cased(part: str) -> str:
    if len(part) == _SCRIPT and part.isalpha():
        return part.title()
    return part.upper() if len(part) == _COUNTRY else part


def languages_of(config: Mapping[str, object], files: Mapping[str, object]) -> tuple[str, ...]:
    """The library's own names of a model's languages, in the library's own order of looking for them.

    Args:
        config: the model's ``config.json``.
        files: what the files beside it hold, by their names.

    Raises:
        InputError: ``model-family-unknown`` or ``model-config-wrong``.
    """
    if family_of(config) is Family.XTTS:
        named = _strings(config, "languages") or _XTTS
        return tuple(name for name in named if _readable(name))
    listed = files.get(_LANGUAGE_FILE)
    if _asked(config, "use_language_embedding") and isinstance(listed, Mapping) and listed:
        return tuple(str(name) for name in listed)
    if named := _strings(config, "languages"):
        return named
    spoken = [one.get("language") for one in _listed(config.get("datasets")) if isinstance(one, Mapping)]
    found = sorted({name for name in spoken if isinstance(name, str) and name})
    phonemes = config.get("phoneme_language")
    return tuple(found) or ((phonemes,) if isinstance(phonemes, str) and phonemes else ("en",))


def _readable(language: str) -> bool:
    package = _READ_WITH.get(language)
    return package is None or importlib.util.find_spec(package) is not None


def _speakers(config: Mapping[str, object], files: Mapping[str, object]) -> Iterator[str]:
    """Names of speakers as people write them: what has been distributed has line feeds in some."""
    embedded = _asked(config, "use_speaker_embedding") or _asked(config, "use_d_vector_file")
    named = _strings(config, "speakers") if embedded else ()
    for file in _SPEAKER_FILES:
        listed = files.get(file)
        if not named and isinstance(listed, Mapping):
            named = tuple(
                str(one["name"]) if isinstance(one, Mapping) and "name" in one else str(key)
                for key, one in listed.items()
            )
    for name in named:
        if shown := speaker_named(name):
            yield shown


def speaker_named(name: str) -> str:
    """A speaker's name as people write it: on one line, with single spaces."""
    return " ".join(name.split())


def _phonemes(config: Mapping[str, object], family: Family, languages: Sequence[str]) -> tuple[str, ...]:
    """Who renders a text in phonemes for the model: one for all, or each language's; nobody for letters.

    Raises:
        InputError: ``voice-phonemizer-missing``.
    """
    if family is Family.XTTS or not config.get("use_phonemes"):
        return ()
    own = config.get("phonemizer") or ""
    if own != _EACH:
        usual = _USUAL.get(str(config.get("phoneme_language")), ESPEAK)
        return (_renderer(str(own or usual)),)
    named = {
        str(one.get("language")): str(one.get("phonemizer") or "")
        for one in _listed(config.get("datasets"))
        if isinstance(one, Mapping)
    }
    return tuple(_renderer(named.get(name) or _USUAL.get(name, ESPEAK)) for name in languages)


def _renderer(named: str) -> str:
    here = [
        name for name, renderer in _RENDERED.items() if all(map(importlib.util.find_spec, _NEEDED[renderer]))
    ]
    if named not in here:
        known = ", ".join(here)
        raise InputError("voice-phonemizer-missing", phonemizer=named[:40], known=known)
    return _RENDERED[named]


def renderers_of(traits: Traits) -> Mapping[str, str]:
    """Who renders each language of a model in phonemes, as its card tells; empty for one of letters."""
    languages, named = tuple(traits["languages"]), tuple(traits.get("phonemes", ()))
    each = named * len(languages) if len(named) == 1 else named
    return dict(zip(languages, each, strict=False))


def _alphabet(config: Mapping[str, object]) -> str:
    """The characters that are spoken or make a pause, sorted; a text's capitals are made small for most.

    Raises:
        InputError: ``model-config-wrong``.
    """
    listed = config.get("characters")
    if not isinstance(listed, Mapping):
        raise InputError("model-config-wrong", key="characters", found=_kind(listed))
    parts = [str(listed.get(name) or "") for name in ("characters", "punctuations", "phonemes")]
    known = {*"".join(parts), *map(str, _listed(listed.get("vocab_dict")))}
    letters = {sign for sign in known if len(sign) == 1}
    if not any(sign.isalpha() for sign in letters):
        raise InputError(
            "model-config-wrong", key="characters.characters", found=_kind(listed.get("characters"))
        )
    if config.get("text_cleaner") not in _KEEPING_CASE:
        letters |= {sign.upper() for sign in letters if len(sign.upper()) == 1}
    return "".join(sorted(letters))


def _clones(config: Mapping[str, object], family: Family, beside: Mapping[str, object] | None) -> bool:
    """Whether it can sound like somebody of whom there is a sample: it brings what hears a speaker."""
    if family is not Family.YOUR_TTS:
        return family is Family.XTTS
    named = bool(_argument(config, "speaker_encoder_model_path"))
    return named and (beside is None or _SPEAKER_ENCODER in beside)


def _rate(config: Mapping[str, object]) -> int:
    """Samples a second.

    Raises:
        InputError: ``model-config-wrong``.
    """
    audio = config.get("audio")
    told = audio if isinstance(audio, Mapping) else {}
    rate = told.get("output_sample_rate") or told.get("sample_rate")
    if not isinstance(rate, int) or not 8_000 <= rate <= 192_000:  # noqa: PLR2004 - what can be resampled
        raise InputError("model-config-wrong", key="audio.sample_rate", found=_kind(rate))
    return rate


def _asked(config: Mapping[str, object], name: str) -> bool:
    return _argument(config, name) is True


def _argument(config: Mapping[str, object], name: str) -> object:
    """An argument of the network: older configurations have it beside the others."""
    args = config.get("model_args")
    found = args.get(name) if isinstance(args, Mapping) else None
    return config.get(name) if found in (None, False, "") else found


def _strings(config: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of names; none where there is no list.

    Raises:
        InputError: ``model-config-wrong``.
    """
    found = config.get(name)
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise InputError("model-config-wrong", key=name, found=_kind(found))
    return tuple(each for each in found if each.strip())


def _listed(value: object) -> list[object]:
    """A list of a stranger's; an empty one for what is none."""
    return value if isinstance(value, list) else []


def _one(traits: Traits, name: str) -> str:
    return next(iter(traits.get(name, ())), "")


def _kind(value: object) -> str:
    """What stands there instead, in few characters: it is a stranger's."""
    return str(value)[:40] if isinstance(value, (int, float, str)) else type(value).__name__
