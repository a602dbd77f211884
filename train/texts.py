"""What espeak-ng reads to the net: sentences that are at hand, and syllables in many languages' letters."""

from __future__ import annotations

import functools
import re
from pydoc_data.topics import topics

import numpy as np

#: Languages to learn from, by espeak-ng's names, with their shares.
LEARNT = {
    "en-us": 22, "en-gb-x-rp": 8, "cmn": 20, "de": 8, "fr": 8, "es": 7, "pt-br": 4, "nl": 4, "pl": 4,
    "sv": 3, "tr": 3, "ru": 4, "hi": 3, "ja": 2, "it": 4, "fi": 3, "cs": 3, "ro": 3, "el": 2,
}  # fmt: skip

# Parted by commas; labials stand twice, since the eye sees them best.
_ONSETS = "p,b,m,f,v,t,d,n,l,r,s,k,g,h,j,w,sh,ch,z,st,pl,br,tr,m,b,p"
_NUCLEI = "a,e,i,o,u,a,e,i,o,u,ai,ou,ei,oo,ee"
_CODAS = ",,,n,m,s,t,l,r,p,k"
# What these languages' own vowels are written with.
_MORE_NUCLEI = {
    "de": ",ä,ö,ü,eu",
    "fi": ",ä,ö,y,ää,uu",
    "fr": ",é,eu,u,on,an,in",
    "sv": ",å,ä,ö,y",
    "tr": ",ö,ü,ı",
}
_ALPHABETS = {
    "ru": ("п,б,м,ф,в,т,д,н,л,р,с,к,г,х,й,ш,ч,ж,з,м,б,п", "а,е,и,о,у,ы,э,я,ю,ё"),
    "hi": ("प,ब,म,फ,व,त,द,न,ल,र,स,क,ग,ह,श,च,ज,भ,म,ब,प", ",ा,ि,ी,ु,ू,े,ै,ो,ौ"),
    "el": ("π,μπ,μ,φ,β,τ,ντ,ν,λ,ρ,σ,κ,γ,χ,ζ,μ,π", "α,ε,η,ο,ου,α,ε,ι,ο,ω"),
    "ja": (
        "ば,ぱ,ま,は,た,だ,な,ら,さ,ざ,か,が,や,わ,み,び,ぷ,む,も,ぼ,め,べ,ふ,く,こ,け,き,し,ち,つ,て,と",
        ",い,う,え,お,あ,ん",
    ),
}


class Reader:
    """Draws texts by chance, in any of the languages."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._english = _english()

    def text(self, language: str) -> str:
        """A sentence of one to about a dozen words."""
        words = int(self._rng.integers(1, 13))
        if language == "cmn":
            return "".join(self._of(_chinese()) for _ in range(2 * words)) + "。"
        if language.startswith("en") and self._rng.random() < 0.7:
            start = int(self._rng.integers(0, len(self._english) - words))
            return " ".join(self._english[start : start + words]) + "."
        return " ".join(self._word(language) for _ in range(words)) + "."

    def _word(self, language: str) -> str:
        onsets, nuclei = _ALPHABETS.get(language, (_ONSETS, _NUCLEI))
        more = _MORE_NUCLEI.get(language, "")
        codas = "" if language in _ALPHABETS else _CODAS
        syllables = int(self._rng.integers(1, 4))
        parts = [part.split(",") for part in (onsets, nuclei + more, codas)]
        return "".join(self._of(part) for _ in range(syllables) for part in parts)

    def _of(self, choices: list[str]) -> str:
        return choices[int(self._rng.integers(len(choices)))]


@functools.lru_cache(maxsize=1)
def _english() -> list[str]:
    """Words of Python's documentation, in order."""
    told = re.sub(r"[^A-Za-z,.' ]+", " ", " ".join(topics[name] for name in sorted(topics)))
    return [word for word in told.split() if len(word) > 1 or word in "aI"]


@functools.lru_cache(maxsize=1)
def _chinese() -> list[str]:
    """The commoner characters of Chinese: level 1 of GB 2312-80, sorted by their sound."""
    rows = (bytes((row, place)) for row in range(0xB0, 0xD8) for place in range(0xA1, 0xFF))
    return [letter for pair in rows if (letter := pair.decode("gb2312", "ignore"))]
