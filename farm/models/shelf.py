"""The shelf of models: asked for weights by name or digest, and the few ways in which it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from farm.models.cabinet import Cabinet, shelf_error
from pipeline.engines.weights import Weights, digest_of_model
from pipeline.plan.errors import InputError, LecternError
from pipeline.plan.models import Acceptance, ModelKind, ModelRecord, Use


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model on the shelf.

    Attributes:
        record: its card.
        path: its file or folder of weights.
    """

    record: ModelRecord
    path: Path

    @property
    def weights(self) -> Weights:
        """It as an engine is given it."""
        record = self.record
        return Weights(path=self.path, digest=record.digest, name=record.name, trusted=record.trusted)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A card that was found on the shelf.

    Attributes:
        name: what it is called.
        record: what stands on it; None when that cannot be read.
        problem: why the model cannot be used as it lies there; None when nothing is wrong at first sight.
    """

    name: str
    record: ModelRecord | None
    problem: LecternError | None


class ModelShelf:
    """Models below one folder, by name; many processes and hosts may use and change it at once.

    Args:
        root: the folder. It need not exist: then nothing is on the shelf.
    """

    def __init__(self, root: Path) -> None:
        self.cabinet = Cabinet(root)

    @property
    def root(self) -> Path:
        """The folder that it stands in."""
        return self.cabinet.root

    def mark(self) -> int:
        """A number that is another one once a model was added, accepted or removed; cheap to ask for."""
        return self.cabinet.mark()

    def get(self, name: str = "", *, kind: ModelKind | str) -> Model:
        """The model of that name, or the only one of its kind when no name is given.

        That its files are there with the right sizes is checked, its content is not (`check_content`).

        Raises:
            InputError: ``model-missing``: there is none of this kind; ``model-unknown``: none of this name;
                ``model-several``: a name is needed; ``model-kind-wrong``; ``model-card-damaged``;
                ``model-weights-missing`` or ``model-damaged``.
            AwayError: ``model-shelf-away``.
        """
        wanted = ModelKind(kind)
        record = self._named(name, wanted) if name else self._only(wanted)
        return self._found(record)

    def by_digest(self, digest: str) -> Model:
        """The model with these weights, whatever it is called.

        Raises:
            InputError: ``model-gone``: no card has them; ``model-weights-missing`` or ``model-damaged``.
            AwayError: ``model-shelf-away``.
        """
        for each in self.listed():
            if each.record is not None and each.record.digest == digest:
                return self._found(each.record)
        raise InputError("model-gone", digest=digest[:12], root=str(self.root))

    def listed(self) -> Iterator[Listed]:
        """Every card, by name, with what is wrong at first sight; nothing is refused.

        Raises:
            AwayError: ``model-shelf-away``.
        """
        for name in self.cabinet.cards():
            record: ModelRecord | None = None
            try:
                record = self.cabinet.card(name)
                if record is None:
                    continue
                self._found(record)
            except InputError as error:
                yield Listed(name=name, record=record, problem=error)
            else:
                yield Listed(name=name, record=record, problem=None)

    def records(self, kind: ModelKind | None = None) -> tuple[ModelRecord, ...]:
        """Every card that can be read, by name; of one kind, or of all.

        Raises:
            AwayError: ``model-shelf-away``.
        """
        found = (each.record for each in self.listed() if each.record is not None)
        return tuple(record for record in found if kind is None or record.kind is kind)

    def named(self, name: str) -> ModelRecord:
        """The card of that name.

        Raises:
            InputError: ``model-unknown`` with the known names, ``model-shelf-empty``,
                ``model-name-wrong``, ``model-card-damaged``.
            AwayError: ``model-shelf-away``.
        """
        record = self.cabinet.card(name)
        if record is None:
            known = ", ".join(self.cabinet.cards())
            if not known:
                raise InputError("model-shelf-empty", model=name)
            raise InputError("model-unknown", model=name, known=known)
        return record

    def accept(self, name: str, use: Use, *, by: str, at_ms: int) -> ModelRecord:
        """Record that somebody takes on a use which the model's licence does not allow by itself.

        Raises:
            InputError, AwayError: as `named`; AwayError also when it cannot be written down.
        """
        with self.cabinet.changing():
            record = self.named(name)
            if use in record.uses:
                return record
            facts = {"model": name, "digest": record.digest, "licence": record.licence, "use": use.value}
            self.cabinet.journal("accepted", by, at_ms, facts)
            accepted = replace(record, acceptance=Acceptance(by=by, at_ms=at_ms, use=use))
            self.cabinet.write(accepted)
        return accepted

    def remove(self, name: str, *, by: str, at_ms: int) -> ModelRecord | None:
        """Take a model off the shelf, with its file unless another name needs it; what stood on its card.

        A card that cannot be read is taken away too, and None is returned.

        Raises:
            InputError: ``model-unknown`` or ``model-name-wrong``.
            AwayError: ``model-shelf-away``.
        """
        with self.cabinet.changing():
            try:
                record: ModelRecord | None = self.named(name)
            except InputError as error:
                if error.code != "model-card-damaged":
                    raise
                record = None
            self.cabinet.journal(
                "removed", by, at_ms, {"model": name, "digest": record.digest if record else ""}
            )
            self.cabinet.drop(name, record)
        return record

    def check_content(self, record: ModelRecord) -> Path:
        """Read a model's whole file or folder; it is what its card says.

        Raises:
            InputError: ``model-weights-missing`` or ``model-damaged``.
            AwayError: ``model-shelf-away``: it could not be read.
        """
        path = self._found(record).path
        try:
            digest = digest_of_model(path)
        except OSError as error:
            raise shelf_error(error, self.root) from error
        if digest != record.digest:
            raise InputError("model-damaged", model=record.name, path=str(path))
        return path

    def _named(self, name: str, kind: ModelKind) -> ModelRecord:
        record = self.named(name)
        if record.kind is not kind:
            raise InputError("model-kind-wrong", model=name, kind=record.kind.value, wanted=kind.value)
        return record

    def _only(self, kind: ModelKind) -> ModelRecord:
        records = self.records(kind)
        if not records:
            raise InputError("model-missing", kind=kind.value, root=str(self.root))
        if len(records) > 1:
            raise InputError("model-several", kind=kind.value, known=", ".join(each.name for each in records))
        return records[0]

    def _found(self, record: ModelRecord) -> Model:
        path = self.cabinet.file(record)
        sizes = {path / file.name: file.bytes for file in record.files} or {path: record.bytes}
        for each, size in sizes.items():
            try:
                found = each.stat().st_size
            except FileNotFoundError:
                raise InputError("model-weights-missing", model=record.name, path=str(each)) from None
            except OSError as error:
                raise shelf_error(error, self.root) from error
            if found != size:
                raise InputError("model-damaged", model=record.name, path=str(each))
        return Model(record=record, path=path)
