"""The words of voices, people and scripts, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
SPEECH: Mapping[str, tuple[str, str]] = {
    # Stages.
    "write": ("script", "撰稿"),
    "listen": ("recognition", "识别"),
    # Word lists.
    "stopwords-none": (
        "Scripts of the department {department} may hold any word.",
        "部门 {department} 的脚本没有禁用词。",
    ),
    "stopwords-added": (
        "No script of the department {department} may hold from now on ({number}): {words}",
        "从现在起部门 {department} 的脚本不得含有（{number} 个）：{words}",
    ),
    "stopwords-removed": (
        "Allowed again for the department {department} ({number}): {words}",
        "部门 {department} 重新允许（{number} 个）：{words}",
    ),
    "stopwords-unchanged": ("Nothing was changed for {number} more.", "另有 {number} 个无需更改。"),
    # What a model is good for.
    "kind-coqui": ("voices", "语音合成"),
    "kind-freevc": ("converted voices", "语音转换"),
    "kind-whisper": ("speech recognition", "语音识别"),
    "kind-transformers": ("scripts", "脚本撰写"),
}
