"""The words of voices, people and scripts, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
SPEECH: Mapping[str, tuple[str, str]] = {
    # Stages.
    "write": ("script", "撰稿"),
    "listen": ("recognition", "识别"),
    # What a model is good for.
    "kind-coqui": ("voices", "语音合成"),
    "kind-freevc": ("converted voices", "语音转换"),
    "kind-whisper": ("speech recognition", "语音识别"),
    "kind-transformers": ("scripts", "脚本撰写"),
}
