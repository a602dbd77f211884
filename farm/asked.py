"""What was asked for: a film's look, voice, labels and people, as they are shown."""

from __future__ import annotations

from farm.bootstrap import Farm
from farm.profiles.telling import people_of
from farm.views.films import JobDetail, JobView, ModelView
from farm.voicedoor import named
from pipeline.plan.atonce import most_at_once
from pipeline.plan.background import BACKGROUND, BLUR
from pipeline.plan.bearing import expression_of, motion_of
from pipeline.plan.delivery import LOUDNESS, quality_of
from pipeline.plan.faceway import way_of
from pipeline.plan.job import JobSpec
from pipeline.plan.label import label_of, waiver_of
from pipeline.plan.models import ModelUse
from pipeline.plan.switches import BURN, SOFT


def as_wished(farm: Farm, spec: JobSpec, shown: JobView) -> JobDetail:
    """A job with what was asked for."""
    waiver = waiver_of(spec.options)
    return JobDetail(
        job=shown,
        attempts=(),
        files={},
        archived={},
        user=spec.user,
        scene=spec.scene,
        voice="" if spec.recording else named(spec.voice, spec.others),
        language=spec.voice.language,
        format=f"{spec.format.width}x{spec.format.height}",
        fps=spec.format.fps,
        quality=quality_of(spec.options).value,
        loudness=spec.options.get(LOUDNESS, ""),
        face=spec.face,
        mode=way_of(spec).mode,
        models=tuple(_model(model) for model in (*spec.models, *spec.others)),
        expression=expression_of(spec.options).value,
        motion=motion_of(spec.options).value,
        background=_background(farm, spec),
        captions=SOFT.of(spec.options),
        burned=BURN.of(spec.options),
        label=label_of(spec.options).value,
        label_name=waiver.name if waiver else "",
        label_reason=waiver.reason if waiver else "",
        essence="",
        warnings=(),
        people=people_of(farm.ledger, spec),
        at_once=most_at_once(spec.options),
    )


def _model(model: ModelUse) -> ModelView:
    by = model.accepted.by if model.accepted else ""
    return ModelView(role=model.role, name=model.name, licence=model.licence, accepted_by=by)


def _background(farm: Farm, spec: JobSpec) -> str:
    if spec.background is not None:
        return str(farm.store.root / spec.background.path)
    return spec.options.get(BACKGROUND, BLUR)
