"""What a person wishes for a film, in their words, becomes what the engines are told."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from db.states import Urgency
from farm.bootstrap import Workshop
from farm.once import Once
from farm.speechcheck import doubts_of
from farm.voicedoor import OF_MODEL, Cast, cast_of, casts_of
from pipeline.engines.voice.choice import PER_CENT, choice_for, choose_voice, speaks
from pipeline.plan.background import with_plain_background
from pipeline.plan.bearing import plainly
from pipeline.plan.capability import CONVERT, VOICE
from pipeline.plan.delivery import with_plain_delivery
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.formats import check_format, is_own_size, parse_format, parse_rate
from pipeline.plan.job import Format, VoiceChoice
from pipeline.plan.label import with_plain_label
from pipeline.plan.lexicon import Entry
from pipeline.plan.lipsync import with_plain_lipsync
from pipeline.plan.models import ModelKind, ModelUse, Use, used_as
from pipeline.plan.portrait import Finding
from pipeline.plan.script import Sentence, split
from pipeline.plan.switches import BURN, PREVIEW, SOFT

#: The column that names a voice.
VOICE_COLUMN = "voice"
#: The warning that another voice than the one wished for speaks.
OTHER_VOICE = "submit-other-voice"
_SHARE = re.compile(r"([0-9]{2,3})\s*[%％]?")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_CHINESE = frozenset({"zh", "cmn", "yue", "wuu", "hak", "nan"})
_WRITE_HAN = _CHINESE | {"ja", "ko"}
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_URGENCIES = {"紧急": "urgent", "普通": "normal", "批量": "bulk"}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a film shall be, as a person wrote it; what is left empty is chosen for them.

    Attributes:
        voice: a voice's name, or ``engine/name``; of an engine with models ``model`` or ``model:name``.
        sample: SHA-256 (hex) of the sample of a person whom it shall sound like; empty for nobody.
        language: BCP 47 tag.
        format: such as ``wide``, ``tall-1080``, ``1:1`` or ``portrait``.
        fps: frame rate, such as ``25`` or ``50p``.
        speed: per cent of normal speed.
        pitch: per cent of normal pitch.
    """

    voice: str = ""
    sample: str = ""
    language: str = ""
    format: str = ""
    fps: str = ""
    speed: str = ""
    pitch: str = ""


@dataclass(frozen=True, kw_only=True)
class _Who:
    """Who is wished for: an engine, its model and voice by name, as far as they are named.

    Attributes:
        cloned: whether the model itself sounds like the person of the sample.
        converted: whether what it speaks is made to sound like them.
    """

    engine: str
    model: str
    name: str
    cloned: bool = False
    converted: bool = False


class Chooser:
    """Turns wishes into choices; each engine is asked for its voices once.

    Args:
        workshop: engines, models and settings.
        elsewhere: voice engines that others speak with, which need not work here.
    """

    def __init__(self, workshop: Workshop, *, elsewhere: Collection[str] = ()) -> None:
        self._workshop = workshop
        self._elsewhere = frozenset(elsewhere)
        self._format = workshop.settings.film.format
        self._fps = workshop.settings.film.fps
        self._formats: dict[tuple[str, int], Format] = {}
        self._casts: Once[tuple[str, str], tuple[Cast, ModelUse | None]] = Once()
        self._chosen: Once[tuple[_Who, str], VoiceChoice] = Once()
        self._converters: Once[str, ModelUse] = Once()
        self._cloners: Once[tuple[str, str, str], str] = Once()

    def rate(self, wish: Wish) -> int:
        """Frames in a second.

        Raises:
            InputError: ``portrait-frame-rate-unknown``.
        """
        return parse_rate(wish.fps) if wish.fps.strip() else self._fps

    def check_format(self, wish: Wish) -> None:
        """Refuse words that name no format; what they say of the frame rate is another matter.

        Raises:
            InputError: ``portrait-format-unknown``.
        """
        check_format(wish.format or self._format, fps=self._fps)

    def format(self, wish: Wish, own: Callable[[], tuple[int, int]]) -> Format:
        """The film's picture.

        Args:
            wish: what was wished for.
            own: gives width and height of the portrait; asked if the film shall have its size.

        Raises:
            InputError: ``portrait-format-unknown``, ``portrait-frame-rate-unknown``, or what `own` raises.
        """
        name, fps = wish.format or self._format, self.rate(wish)
        if is_own_size(name):
            return parse_format(name, fps=fps, own=own())
        if (name, fps) not in self._formats:
            self._formats[name, fps] = parse_format(name, fps=fps)
        return self._formats[name, fps]

    def speed(self, wish: Wish) -> int:
        """Per cent of the voice's normal speed.

        Raises:
            InputError: ``submit-speed-wrong``.
        """
        speed = _per_cent(wish.speed)
        if speed is None:
            raise InputError("submit-speed-wrong", speed=wish.speed)
        return speed

    def pitch(self, wish: Wish) -> int:
        """Per cent of the voice's normal pitch.

        Raises:
            InputError: ``submit-pitch-wrong``.
        """
        pitch = _per_cent(wish.pitch)
        if pitch is None:
            raise InputError("submit-pitch-wrong", pitch=wish.pitch)
        return pitch

    def voice(self, wish: Wish, script: str) -> VoiceChoice:
        """Who speaks, and in which language; the script decides the language when neither is wished for.

        Raises:
            InputError: as `speed`, `pitch` or `choose_voice`; the engine is unknown or missing; its model, or
                one that converts, is not there, or has a licence that forbids the use; or
                ``voice-needs-profile``.
        """
        who = self._who(wish)
        language = wish.language.strip() or ("" if who.name else language_of(script))

        def choose() -> VoiceChoice:
            cast, _ = self._cast(who.engine, who.model)
            voices = [voice for voice in cast.voices if voice.cloned or not who.cloned]
            chosen = choose_voice(voices, engine=who.engine, name=who.name, language=language)
            alone = who.converted or not wish.sample
            if alone and any(voice.cloned and voice.name == chosen.name for voice in voices):
                raise InputError("voice-needs-profile", voice=chosen.name)
            return chosen

        # A refusal is remembered as well: to look for what comes closest takes milliseconds.
        chosen = self._chosen.find((who, language), choose)
        converter = self._converter().digest if who.converted else ""
        return replace(
            chosen,
            speed=self.speed(wish),
            pitch=self.pitch(wish),
            latents=wish.sample,
            converter=converter,
        )

    def doubts(
        self, wish: Wish, script: str, lexicon: Sequence[Entry] = ()
    ) -> tuple[tuple[str, Finding], ...]:
        """What the voice will not do as it is asked: the column, and why.

        Args:
            wish: what was wished for.
            script: what is said.
            lexicon: the dictionary that it is said by.

        Raises:
            InputError: as `voice`.
        """
        choice, who = self.voice(wish, script), self._who(wish)
        cast, _ = self._cast(who.engine, who.model)
        voice = next(each for each in cast.voices if each.name == choice.name)
        if cast.record is not None and (language := _foreign(cast, choice, script)):
            spoken = ", ".join(voice.languages)
            facts: dict[str, Fact] = {"voice": voice.label, "language": language, "spoken": spoken}
            return ((VOICE_COLUMN, Finding(code="voice-language-foreign", level="error", facts=facts)),)
        return tuple(doubts_of(voice, choice, script, lexicon))

    def models(self, wish: Wish) -> tuple[ModelUse, ...]:
        """The models that speak, as a job is promised them; none for an engine that needs none.

        Raises:
            InputError: as `voice`, but for what depends on the script.
        """
        who = self._who(wish)
        _, use = self._cast(who.engine, who.model)
        speaks = () if use is None else (use,)
        return (*speaks, self._converter()) if who.converted else speaks

    def other_voice(self, wish: Wish, script: str) -> dict[str, Fact] | None:
        """Facts of ``submit-other-voice``: sentences that the voice wished for leaves to another one.

        None when none does or there is no other one, or when neither a voice nor a language was wished for.

        Raises:
            InputError: as `voice`.
        """
        if not (wish.voice.strip() or wish.language.strip()):
            return None
        choice = self.voice(wish, script)
        primary = choice.language.partition("-")[0].casefold()
        if primary not in _WRITE_HAN and _HAN.search(script):
            other = "zh"
        elif primary in _CHINESE and language_of(script) == "en":
            other = "en"
        else:
            return None
        who = self._who(wish)
        cast, _ = self._cast(who.engine, who.model)
        alone = choice_for(cast.voices, choice, other).name == choice.name
        return None if alone else {"voice": choice.name, "language": other}

    def _who(self, wish: Wish) -> _Who:
        """Who is wished for; of a person's sample, whose model sounds like it, or speaks before it does.

        A voice that is named with the sample speaks, and is made to sound like it unless it does by itself;
        else a model that clones voices does, or the usual voice where there is none.
        """
        words, voices = wish.voice.strip(), self._workshop.voices
        alone = bool(wish.sample) and words in voices.names()
        engine, model, name = self._named(f"{words}/" if alone else words)
        if not wish.sample:
            return _Who(engine=engine, model=model, name=name)
        if not words:
            engines = [each for each in voices.names() if voices.opened_with(each)]
            engine = next((each for each in engines if self._cloner(each, "", "")), engine)
        cloner = self._cloner(engine, model, name)
        return _Who(
            engine=engine, model=cloner or model, name=name, cloned=bool(cloner), converted=not cloner
        )

    def _cloner(self, engine: str, model: str, name: str) -> str:
        """The model of an engine with a voice, of that name if there is one, that sounds like a sample.

        Of an engine whose model is not named, the only one that has such a voice, or among several that of
        the settings; empty where there is none.

        Raises:
            InputError: ``model-several``.
        """

        def look() -> str:
            missing = isinstance(self._workshop.voices.why_not(engine), InputError)
            if not self._workshop.voices.opened_with(engine) or (missing and engine not in self._elsewhere):
                return ""
            casts = casts_of(self._workshop, engine)
            found = [
                cast.record.name
                for cast in casts
                if cast.record is not None and model in ("", cast.record.name) and _clones(cast, name)
            ]
            usual = self._workshop.settings.voice.model
            if len(found) > 1 and usual not in found:
                raise InputError("model-several", kind=engine, known=", ".join(found))
            return usual if usual in found else "".join(found)

        return self._cloners.find((engine, model, name.casefold()), look)

    def _converter(self) -> ModelUse:
        """What makes voices sound like somebody, as a job is promised it."""

        def look() -> ModelUse:
            problem = self._workshop.converters.why_not(ModelKind.CONVERTER.engine)
            if isinstance(problem, InputError) and ModelKind.CONVERTER.engine not in self._elsewhere:
                raise problem
            record = self._workshop.models.get(kind=ModelKind.CONVERTER).record
            return used_as(CONVERT, record, Use(self._workshop.settings.models.use))

        return self._converters.find("", look)

    def _named(self, words: str) -> tuple[str, str, str]:
        """The engine, the model and the voice that words name; each of the others may be empty."""
        engine, slash, name = words.strip().partition("/")
        if not slash:
            engine, name = self._workshop.settings.voice.engine, engine
        if not self._workshop.voices.opened_with(engine):
            return engine, "", name
        model, _, name = name.partition(OF_MODEL)
        return engine, model, name

    def _cast(self, engine: str, model: str) -> tuple[Cast, ModelUse | None]:
        """The voices among which a wish chooses, and what the job is promised of their model."""

        def look() -> tuple[Cast, ModelUse | None]:
            problem = self._workshop.voices.why_not(engine)
            if isinstance(problem, InputError) and engine not in self._elsewhere:
                raise problem
            cast = cast_of(self._workshop, engine, model=model)
            use = Use(self._workshop.settings.models.use)
            return cast, None if cast.record is None else used_as(VOICE, cast.record, use)

        return self._casts.find((engine, model), look)


def language_of(script: str) -> str:
    """The language of most of a script: Chinese if it has more Chinese characters than Latin words."""
    chinese = len(_HAN.findall(script))
    return "zh" if chinese and chinese >= len(_LATIN_WORD.findall(script)) else "en"


def _foreign(cast: Cast, choice: VoiceChoice, script: str) -> str:
    """A language that no voice of a model speaks, and that sentences of a script are in; empty for none.

    A name in other characters, or a few words in others' letters, makes no sentence foreign.
    """
    # What is yet to be written is written in the voice's own language.
    pieces = split(script, language=choice.language, speed=choice.speed) if script else ()
    for piece in pieces:
        if isinstance(piece, Sentence) and not any(speaks(voice, piece.language) for voice in cast.voices):
            written = language_of(piece.shown if _HAN.search(piece.shown) else script)
            if written == piece.language.partition("-")[0]:
                return piece.language
    return ""


def _clones(cast: Cast, name: str) -> bool:
    """Whether a model has a voice, of that name if there is one, that sounds like a sample."""
    return any(voice.cloned and name.casefold() in ("", voice.name.casefold()) for voice in cast.voices)


def _per_cent(words: str) -> int | None:
    """A share of normal as a person wrote it, 100 when it is empty; None when it is none that can be had."""
    if not words:
        return 100
    match = _SHARE.fullmatch(words.strip())
    share = int(match[1]) if match else 0
    return share if PER_CENT[0] <= share <= PER_CENT[1] else None


def plain_options(options: Mapping[str, str], *, quality: str) -> dict[str, str]:
    """A row's options in their plainest words, so that equal films have equal options.

    Args:
        options: as they were written.
        quality: of films that name none.

    Raises:
        InputError: of the option that cannot be understood.
    """
    plain = with_plain_lipsync(with_plain_label(with_plain_background(plainly(options))))
    for switch in (BURN, SOFT, PREVIEW):
        plain = switch.plain(plain)
    return with_plain_delivery(plain, usual=quality)


def urgency_of(word: str) -> Urgency:
    """The urgency that a cell names; normal when it is empty.

    Raises:
        InputError: ``submit-urgency-unknown``.
    """
    plain = word.strip().casefold()
    try:
        return Urgency(_URGENCIES.get(plain, plain) or Urgency.NORMAL)
    except ValueError:
        raise InputError("submit-urgency-unknown", urgency=word) from None
