"""espeak-ng as a voice engine; the GPLv3 library lives in a process of its own (`zygote`)."""

from pipeline.engines.voice.espeak.engine import EspeakVoice

__all__ = ["EspeakVoice"]
