"""Promises about affinity: equal words for equal loads, and the nearest to hand among equals."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from farm.policy.affinity import Like, affinity_of, warmest
from pipeline.plan.artifact import Kind
from pipeline.plan.job import Format, JobSpec
from pipeline.plan.models import ModelUse
from tests.db.values import artifact, spec

_WORDS = st.sampled_from(["", "m|p", "m|q", "n|p", "n|q", "s"])


def _with_voice(row: str, digest: str) -> JobSpec:
    made = spec(row)
    voice = ModelUse(role="voice", engine="coqui", name="xtts", digest=digest, licence="own")
    return replace(made, others=(voice,), voice=replace(made.voice, engine="coqui", model=digest))


def test_films_of_one_portrait_are_alike() -> None:
    """However they differ else; another portrait, size or engine is another load."""
    first, second = affinity_of("render", spec("a")), affinity_of("render", spec("b"))
    assert first == second
    assert len(first) <= 64
    other = spec("a", portrait=artifact(Kind.SOURCE, "another portrait"))
    wide = replace(spec("a"), format=Format(width=1280, height=720, fps=25))
    words = {first, affinity_of("render", other), affinity_of("render", wide)}
    words.add(affinity_of("render", replace(spec("a"), face="other")))
    assert len(words) == 4


def test_what_opens_no_model_is_like_nothing() -> None:
    """A voice that an engine brings along, joining and archiving load nothing that is worth waiting for."""
    assert {affinity_of(stage, spec("a")) for stage in ("speak", "listen", "join", "archive")} == {""}


def test_a_model_is_a_load_of_its_stage_alone() -> None:
    """Its voice decides too: a person's has to be heard first."""
    one, two = _with_voice("a", "1" * 64), _with_voice("b", "2" * 64)
    assert affinity_of("speak", one) == affinity_of("speak", _with_voice("c", "1" * 64))
    assert affinity_of("speak", one) != affinity_of("speak", two)
    other = replace(one, voice=replace(one.voice, name="other"))
    assert affinity_of("speak", one).partition("|")[0] == affinity_of("speak", other).partition("|")[0]
    assert affinity_of("speak", one) != affinity_of("speak", other)
    assert affinity_of("render", one) == affinity_of("render", two)


def test_the_nearest_to_hand_goes_first_and_the_first_among_those() -> None:
    """A portrait before its model, a model before nothing; what is told stays where nothing is nearer."""
    told = Like(step=1, affinity="n|q")
    others = [Like(step=2, affinity="m|q"), Like(step=3, affinity="m|p"), Like(step=4, affinity="m|p")]
    assert warmest(told, others, ["m|p"]) == 3
    assert warmest(told, others[:1], ["m|p"]) == 2
    assert warmest(told, others, ["x|y"]) == 1
    assert warmest(told, others, ["m|p", "n|q"]) == 1
    assert warmest(replace(told, affinity=""), others, ["m|p"]) == 1, "it loads nothing"


@given(told=_WORDS, others=st.lists(_WORDS), at_hand=st.lists(_WORDS))
def test_nobody_changes_for_what_is_no_nearer(told: str, others: list[str], at_hand: list[str]) -> None:
    """The one that was chosen is never further from hand than any other, or than what was told."""

    def near(word: str) -> int:
        if not word or word in at_hand:
            return 2
        return int(word.partition("|")[0] in {each.partition("|")[0] for each in at_hand})

    likes = [Like(step=number, affinity=word) for number, word in enumerate([told, *others])]
    chosen = warmest(likes[0], likes[1:], at_hand)
    assert near(likes[chosen].affinity) == max(near(each.affinity) for each in likes)
    assert chosen == 0 or near(likes[chosen].affinity) > near(told)
