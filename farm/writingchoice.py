"""Scripts that a batch has written for it: what is asked for, and of whom, is fixed when it is submitted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from farm.bootstrap import Workshop
from farm.once import Once
from farm.sources import json_artifact
from farm.writerdoor import sampling_of, writer_model
from pipeline.plan.artifact import Artifact
from pipeline.plan.capability import WRITE
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelRecord, ModelUse, Use, used_as
from pipeline.plan.stopwords import to_json
from pipeline.plan.writing import check_length
from pipeline.plan.writingplan import Brief, WritingPlan
from pipeline.steps.write import brief_json

_CONTEXT = "context"


@dataclass(frozen=True, kw_only=True)
class Commission:
    """A script that is yet to be written.

    Attributes:
        brief: what is asked for.
        words: those that it may not hold.
        plan: how it is written.
        writer: the model, as the job is promised it.
    """

    brief: Brief
    words: tuple[str, ...]
    plan: WritingPlan
    writer: ModelUse

    @property
    def text(self) -> str:
        """The brief as it is kept in the store."""
        return brief_json(self.brief)


class WritingChooser:
    """Chooses who writes scripts, and how; the model is looked up once, whatever many rows say.

    Args:
        workshop: engines, models and settings.
        elsewhere: writers that others write with, which need not work here.
    """

    def __init__(self, workshop: Workshop, *, elsewhere: Collection[str] = ()) -> None:
        self._workshop = workshop
        self._elsewhere = frozenset(elsewhere)
        self._sampling = sampling_of(workshop)
        self._known: Once[str, tuple[ModelRecord, ModelUse]] = Once()
        self._lists: Once[tuple[str, ...], Artifact] = Once()

    def commission(self, brief: Brief, words: tuple[str, ...]) -> Commission:
        """How a script is written.

        Args:
            brief: what is asked for.
            words: those that the department's scripts may not hold.

        Raises:
            InputError: ``writing-no-writer`` with the code of what is missing; the model's licence forbids
                the use; or ``brief-too-long``, as far as that is known without the model.
        """
        record, use = self._writer()
        if told := record.traits.get(_CONTEXT):
            check_length(brief, self._sampling, context=int(told[0]))
        stopped = self._lists.find(words, lambda: json_artifact(to_json(words))) if words else None
        plan = WritingPlan(model=record.digest, sampling=self._sampling, stopwords=stopped)
        return Commission(brief=brief, words=words, plan=plan, writer=use)

    def _writer(self) -> tuple[ModelRecord, ModelUse]:
        settings = self._workshop.settings

        def look() -> tuple[ModelRecord, ModelUse]:
            name = settings.writer.engine
            problem = self._workshop.writers.why_not(name)
            if isinstance(problem, InputError) and name not in self._elsewhere:
                raise InputError("writing-no-writer", engine=name, code=problem.code)
            try:
                record = writer_model(self._workshop)
            except InputError as error:
                raise InputError("writing-no-writer", engine=name, code=error.code) from error
            return record, used_as(WRITE, record, Use(settings.models.use))

        return self._known.find("", look)
