"""The eyes that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer

OFFERS: Mapping[str, Offer] = {
    "facemesh": Offer(
        target="pipeline.engines.eye.facemesh:FaceMeshEye",
        needs=("mediapipe", "google.protobuf"),
        install="pip install 'lectern[eye]' && pip install --no-deps mediapipe==0.10.21",
    ),
    "haar": Offer(target="pipeline.engines.eye.haar:HaarEye", needs=("cv2",)),
}
