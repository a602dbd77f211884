"""Names by content: the digest of everything that shapes a result, and of nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_NEWER = "newer"
#: Metadata of a field that a dataclass got when its values had been named by their content already: at its
#: default it is left out, so that what says nothing new keeps its name. Such a field has a default.
NEWER: Mapping[str, bool] = MappingProxyType({_NEWER: True})


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no spaces, integers and strings only.

    Dataclasses become objects, without their `NEWER` fields that say nothing; tuples become arrays. Two equal
    values give equal text on every machine, in every locale and under every hash seed.

    Raises:
        TypeError: a float (it has no one spelling) or a type without a canonical form.
    """
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(kind: str, schema: int, **parts: object) -> str:
    """SHA-256, in hex, over the canonical JSON of a kind, its schema number and all its parts."""
    text = canonical({"kind": kind, "schema": schema, **parts})
    return hashlib.sha256(text.encode()).hexdigest()


def told(value: DataclassInstance) -> dict[str, Any]:
    """The fields of a dataclass that its canonical form tells: all but `NEWER` ones that say nothing."""
    parts = {field: getattr(value, field.name) for field in fields(value)}
    return {
        field.name: part
        for field, part in parts.items()
        if not (field.metadata.get(_NEWER) and part == _default(field))
    }


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(part) for name, part in told(value).items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    raise TypeError(f"no canonical form for {type(value).__name__}")
