"""Names of archived films that every file server takes: ``{date}/{user}_{timestamp}_{scene}.mp4``.

Such as ``2026-11-20/anna_20261120-221502_welcome.mp4``. The ledger gives each name to one film only, before
anything is written; the nth that asks for the same one gets a number.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from urllib.parse import quote

import regex

#: Bytes of UTF-8 that the longest file name beside a film may have. File systems take 255, encrypted shares
#: that build on eCryptfs take 143.
MAX_NAME_BYTES = 143
FILM_SUFFIX = ".mp4"

# Kept free for the number of the nth film and for the suffixes of what lies beside it.
_NUMBER_BYTES = 6
_SUFFIX_BYTES = 16
_USER_BYTES = 40
# What NTFS and SMB refuse in a name, with its look-alikes kept.
_REFUSED = regex.compile(r'[<>:"/\\|?*\s]+')
_EDGES = ". -~_"
# MS-DOS devices, which no Windows file may be named like, whatever suffix follows.
_DEVICE = regex.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])", regex.IGNORECASE)
_DRIVE = regex.compile(r"[A-Za-z]:[\\/]")


def legible(text: str) -> str:
    """What the operating system gave as text that can be written anywhere: bytes that are none become ``?``.

    A file's name, an argument and a user's name may hold any bytes; Python keeps them as lone surrogates,
    which no database and no UTF-8 file takes.
    """
    return text.encode(errors="replace").decode()


def folder_for(when: datetime) -> str:
    """The folder of a day, relative to the archive; `when` is in the time zone that days are counted in."""
    return f"{when:%Y-%m-%d}"


def stem_for(user: str, when: datetime, scene: str) -> str:
    """The name, without suffix, that a film and its companions would like to have.

    Args:
        user: who submitted it.
        when: when it was submitted, in the same time zone as its folder.
        scene: the row's scene.
    """
    stamp = f"_{when:%Y%m%d-%H%M%S}_"
    who = cleaned(user, _USER_BYTES, "user")
    if _DEVICE.fullmatch(who.partition(".")[0]):
        who = f"_{who}"
    room = MAX_NAME_BYTES - _NUMBER_BYTES - _SUFFIX_BYTES - len(f"{who}{stamp}".encode())
    return f"{who}{stamp}{cleaned(scene, room, 'film')}"


def numbered(stem: str, number: int) -> str:
    """The stem of the nth film that asks for the same one: ``stem``, ``stem_2``, ``stem_3``."""
    return stem if number == 1 else f"{stem}_{number}"


def cleaned(text: str, limit_bytes: int, otherwise: str) -> str:
    """A part of a file name that NTFS, SMB, ext4 and APFS all take, in at most so many bytes of UTF-8.

    What they refuse, and every space, becomes a hyphen; what cannot be seen falls away. Text of which
    nothing is left becomes `otherwise`.
    """
    seen = "".join(letter for letter in _REFUSED.sub("-", text) if unicodedata.category(letter)[0] != "C")
    plain = unicodedata.normalize("NFC", seen)
    kept = ""
    size = 0
    for grapheme in regex.findall(r"\X", plain.strip(_EDGES)):
        size += len(grapheme.encode())
        if size > limit_bytes:
            break
        kept += grapheme
    return kept.strip(_EDGES) or otherwise


def unique_key(name: str) -> str:
    """What two names have in common when a file server that ignores case takes them for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def link_for(name: str, prefix: str) -> str:
    r"""The address that opens an archived film with a click; empty when there is no prefix.

    Args:
        name: the film's path in the archive, with forward slashes.
        prefix: what stands before it: an address such as ``https://nas.example/films``, a share such as
            ``\\nas\films``, or a folder.
    """
    place = prefix.strip().rstrip("/\\")
    if not place:
        return ""
    tail = "/".join(quote(part, safe="") for part in name.split("/"))
    if "://" in place:
        return f"{place}/{tail}"
    slashes = quote(place.replace("\\", "/"), safe="/:")
    if place.startswith("\\\\"):
        return f"file:{slashes}/{tail}"
    return f"file:///{slashes}/{tail}" if _DRIVE.match(f"{place}/") else f"file://{slashes}/{tail}"
