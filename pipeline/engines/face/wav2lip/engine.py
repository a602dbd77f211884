"""The engine `wav2lip`: a network draws the mouth, from a checkpoint that the operator brings."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LANDMARKS
from pipeline.engines.face import Canvas, Footage
from pipeline.engines.face.warp import WarpEngine
from pipeline.engines.face.warp.faceframe import FaceFrame, face_frame
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.warp.lips import Mouth, lip_rig
from pipeline.engines.face.warp.outline import Outline
from pipeline.engines.face.warp.rig import Rig
from pipeline.engines.face.wav2lip.alive import Body, LivingBody, StillBody
from pipeline.engines.face.wav2lip.architecture import MEL_BANDS, MEL_STEPS
from pipeline.engines.face.wav2lip.backends import AUTO, Backend, choose, open_backend
from pipeline.engines.face.wav2lip.batchbook import BatchBook, Slot
from pipeline.engines.face.wav2lip.blend import (
    HardPaste,
    SoftBlend,
    match_of,
    shown_evenly,
    shown_to_network,
)
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.footage import DrawMoving, FootageSitter
from pipeline.engines.face.wav2lip.mask import Mask, mask_of
from pipeline.engines.face.wav2lip.mel import SILENCE
from pipeline.engines.face.wav2lip.memory import batch_for, memory_told, slot_for
from pipeline.engines.face.wav2lip.moving import HardMovingPaste, SoftMovingPaste
from pipeline.engines.face.wav2lip.ondemand import RestorerOnDemand
from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.face.wav2lip.restoration import AT_ONCE, RESTORATION, RestoredPlates, RestoredStill
from pipeline.engines.face.wav2lip.sitter import Draw, StillSitter
from pipeline.engines.holding import loaded
from pipeline.engines.weights import Weights
from pipeline.media.picture import to_bgr
from pipeline.plan.errors import InputError
from pipeline.plan.faceway import joined_weights
from pipeline.plan.lipsync import Lipsync, Mode

Picture = NDArray[np.uint8]

# Raised whenever any pixel changes: what is drawn here, then the motions of head and lids.
_DRAWING = "2"

# A window of nothing.
_SILENCE = np.full((1, MEL_BANDS, MEL_STEPS), SILENCE, np.float32)

# Below so many pixels between the eyes nothing of them can be moved.
_SMALLEST_ALIVE = 16


class Wav2LipEngine:
    """A face engine of one checkpoint and one mode; what is heard moves the mouth, phonemes tell pauses.

    What will compute is known at once, and nothing heavy is loaded before the first portrait; but on a card
    of which no batch size is remembered, the network is, for as long as it takes to find one.

    Args:
        weights: the checkpoint, as the operator brought it.
        mode: ``fast`` or ``exact``.
        backend: what computes, a name of `backends.KINDS`, or ``auto``.
        device: ``cpu``, ``cuda``, ``cuda:1`` and so on, or ``auto``.
        batch: how many mouths are computed at once; 0 for as many as fit.
        threads: how many threads compute on a CPU.
        restorer: the network that restores what was drawn, as the operator brought it; None for none.
        remembered: the file in which batch sizes that fit are remembered; None for none.

    Raises:
        InputError: ``face-mode-unknown``; ``face-restore-exact``: the original program restores nothing;
            ``engine-missing``; or as `backends.choose`: it cannot compute here.
    """

    name = "wav2lip"

    def __init__(
        self,
        *,
        weights: Weights,
        mode: str = Mode.FAST,
        backend: str = AUTO,
        device: str = AUTO,
        batch: int = 0,
        threads: int = 1,
        restorer: Weights | None = None,
        remembered: Path | None = None,
    ) -> None:
        if mode not in tuple(Mode):
            raise InputError("face-mode-unknown", word=mode, known=", ".join(Mode))
        self._mode = Mode(mode)
        if restorer is not None and self._mode is Mode.EXACT:
            raise InputError("face-restore-exact", model=restorer.name)
        self._model = weights
        self._choice = choose(kind=backend, device=device, exact=self._mode is Mode.EXACT)
        self._book = BatchBook(remembered)
        self._opened: Backend | None = None
        self._lock = Lock()
        self.version = f"{_DRAWING}-{self._mode}-warp-{WarpEngine.version}"
        self._restorer = (
            None if restorer is None else RestorerOnDemand(restorer, choice=self._choice, threads=threads)
        )
        if self._restorer is not None:
            self.version += f"-restored-{RESTORATION}"
        self.backend = self._choice.name if self._restorer is None else self._restorer.backend
        self.precision = self._choice.precision
        self.weights = joined_weights(each.digest for each in (weights, restorer) if each is not None)
        self.threads = threads
        self.batch = batch or batch_for(
            self._choice,
            model=weights.digest,
            region=Region.whole(),
            book=self._book,
            open_with=self._open_with,
            threads=threads,
        )

    def prepare(self, canvas: Canvas, lipsync: Lipsync, /) -> StillSitter:
        """Make a portrait ready to talk.

        Raises:
            InputError: a code ``model-*``: the checkpoint is none; ``face-crop-outside``.
            TransientError: as `StillSitter.frames`.
            ValueError: the engine was opened for another mode.
        """
        if lipsync.mode is not self._mode:
            raise ValueError(lipsync.mode)
        size = (canvas.picture.shape[1], canvas.picture.shape[0])
        crop = crop_of(canvas.face, size, lipsync.pads, crop=canvas.crop)
        return (
            self._exact(canvas, crop, lipsync)
            if self._mode is Mode.EXACT
            else self._fast(canvas, crop, lipsync)
        )

    def prepare_footage(self, footage: Footage, lipsync: Lipsync, /) -> FootageSitter:
        """Make a film of a person ready to talk; nothing is computed yet.

        Raises:
            InputError: as `prepare`.
            TransientError: as `FootageSitter.frames`.
            ValueError: the engine was opened for another mode.
        """
        if lipsync.mode is not self._mode:
            raise ValueError(lipsync.mode)
        if self._restorer is not None:
            self._open_restorer(self._restorer)
            return self._restored_footage(footage, lipsync)
        kind = HardMovingPaste if self._mode is Mode.EXACT else SoftMovingPaste
        paste = kind(footage, lipsync.pads)
        draw = self._drawing_moving(paste.region)
        return FootageSitter(draw, batch=self.batch, footage=footage, paste=paste, lipsync=lipsync)

    def may_grow(self) -> bool:
        """Whether more mouths at a time may fit by now: memory ran out, and that is a while ago."""
        return self._book.may_grow(self._slot, self.batch)

    def grow(self) -> None:
        """Have whoever opens it anew find out how many fit."""
        self._book.grow(self._slot, self.batch)

    def close(self) -> None:
        """Release the model; it may be called twice."""
        with self._lock:
            opened, self._opened = self._opened, None
            if opened is not None:
                opened.close()
            if self._restorer is not None:
                self._restorer.close()

    def _exact(self, canvas: Canvas, crop: Box, lipsync: Lipsync) -> StillSitter:
        """As the original program draws it: the portrait stands still."""
        blend = HardPaste(canvas.picture, crop)
        draw = self._drawing(shown_to_network(canvas.picture, crop), blend.region)
        body = StillBody(canvas.picture, blend.box)
        return StillSitter(draw, batch=self.batch, blend=blend, body=body, lipsync=lipsync, lively=False)

    def _fast(self, canvas: Canvas, crop: Box, lipsync: Lipsync) -> StillSitter:
        """The mouth alone, blended in; the portrait is alive where its features are known."""
        mask = mask_of(canvas.face, crop, (canvas.picture.shape[1], canvas.picture.shape[0]))
        frame = _frame(canvas, mask)
        picture, outline = (canvas.picture, None) if frame is None else _closed(canvas, frame, mask)
        face = shown_evenly(picture, crop)
        draw = self._drawing(face, mask.region)
        blend = SoftBlend(picture, crop, mask, match_of(face, draw(_SILENCE)[0], mask, crop))
        batch = self.batch
        if self._restorer is not None:
            self._open_restorer(self._restorer)
            restored = RestoredStill(
                self._restored, draw, blend=blend, face=canvas.face, picture=picture, crop=crop, mask=mask
            )
            draw, blend, batch = restored, restored.blend, min(batch, AT_ONCE)
        body: Body = (
            StillBody(picture, blend.box)
            if frame is None
            else LivingBody(canvas, frame, picture, blend.box, outline=outline)
        )
        return StillSitter(
            draw, batch=batch, blend=blend, body=body, lipsync=lipsync, lively=frame is not None
        )

    def _restored_footage(self, footage: Footage, lipsync: Lipsync) -> FootageSitter:
        """The mouth alone, restored, in each plate."""
        drawn = SoftMovingPaste(footage, lipsync.pads)
        restored = RestoredPlates(self._restored, drawn)
        return FootageSitter(
            self._drawing_moving(drawn.region),
            batch=min(self.batch, AT_ONCE),
            footage=footage,
            paste=SoftMovingPaste(footage, lipsync.pads, finer=restored.finer),
            lipsync=lipsync,
            restored=restored,
        )

    def _open_restorer(self, restorer: RestorerOnDemand) -> None:
        """A file that is no restorer is refused before any mouth is drawn."""
        with self._told(), self._lock:
            restorer.open()

    def _restored(self, face: Picture) -> NDArray[np.float32]:
        """An aligned face restored."""
        if self._restorer is None:
            raise ValueError(self._restorer)
        with self._told(), self._lock:
            return self._restorer(face)

    def _drawing(self, face: Picture, region: Region) -> Draw:
        """What computes the mouths of one portrait, of which all that no sound changes is computed here."""
        with self._told(), self._lock:
            network = self._network()
            still = network.still(face, region)

        def draw(windows: NDArray[np.float32]) -> NDArray[np.float32]:
            with self._told(), self._lock:
                return network.draw_still(still, windows)

        return draw

    def _drawing_moving(self, region: Region) -> DrawMoving:
        """What computes the mouths of a face that moves."""
        with self._told(), self._lock:
            network = self._network()

        def draw(faces: Picture, windows: NDArray[np.float32]) -> NDArray[np.float32]:
            with self._told(), self._lock:
                return network.draw_moving(faces, windows, region)

        return draw

    def _network(self) -> Backend:
        """The network, opened when it is first needed."""
        if self._opened is None:
            self._opened = loaded(self.name, lambda: self._open_with(self.batch))
        return self._opened

    def _open_with(self, batch: int) -> Backend:
        """The network with its weights, for batches of one size."""
        return open_backend(
            kind=self._choice.kind,
            device=self._choice.device,
            weights=self._model,
            precision=self._choice.precision,
            batch=batch,
            threads=self.threads,
        )

    def _told(self) -> AbstractContextManager[None]:
        """While it lasts, memory that runs out halves the batch of whoever opens the engine anew."""
        return memory_told(self._book, self._slot, batch=self.batch, device=self._choice.device)

    @cached_property
    def _slot(self) -> Slot:
        """What the batch is remembered for; a card is asked once, while it answers."""
        return slot_for(self._choice, model=self._model.digest, region=Region.whole())


def _frame(canvas: Canvas, mask: Mask) -> FaceFrame | None:
    """The face's frame; None where its features are not known well enough to be moved, or are not drawn."""
    landmarks = canvas.face.landmarks
    if landmarks is None or len(landmarks) < LANDMARKS or not bool(np.isfinite(landmarks).all()):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        frame = face_frame(landmarks)
    if not frame.unit >= _SMALLEST_ALIVE:
        return None
    # A crop may name another face than the one that was found.
    x, y = frame.origin
    here = mask.box.left <= x < mask.box.right and mask.box.top <= y < mask.box.bottom
    return frame if here else None


def _closed(canvas: Canvas, frame: FaceFrame, mask: Mask) -> tuple[Picture, Outline | None]:
    """The portrait with closed lips, drawn by `warp` where it shows them open; BGR.

    What the network is shown leaks into what it draws: of teeth it makes lips that never close.

    Returns:
        The portrait, and the person's outline if it was looked at for that.
    """
    if not lip_rig(frame).opened:
        return canvas.picture, None
    try:
        rig = Rig(canvas)
    except InputError:
        # Lips that cannot be moved stay as they are.
        return canvas.picture, None
    drawn = rig.blank()
    rig.draw(drawn, Mouth(), HeadPose())
    closed, box = canvas.picture.copy(), mask.box
    part = closed[box.top : box.bottom, box.left : box.right]
    other = to_bgr(drawn)[box.top : box.bottom, box.left : box.right]
    part[...] = np.round(part + (other.astype(np.float32) - part) * mask.share[..., None])
    return closed, rig.outline
