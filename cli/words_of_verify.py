"""The words of `lectern verify`: what a film carries, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
VERIFY: Mapping[str, tuple[str, str]] = {
    "verdict-ok": (
        "as it was made, and labelled",
        "与制作时一致，带有标识",
    ),
    "verdict-labelled": (
        "labelled; nothing tells whether it is as it was made",
        "带有标识；没有可供比对的信息",
    ),
    "verdict-waived": (
        "as it was made, without a label, as its manifest tells",
        "与制作时一致，不带标识，清单文件已说明",
    ),
    "verdict-changed": (
        "picture, sound, captions and label are as they were made; the file's other metadata were changed",
        "画面、声音、字幕和标识与制作时一致；文件的其他元数据被改动过",
    ),
    "verdict-unlabelled": (
        "no label says to machines that it was made by AI",
        "没有机器可读的 AI 生成标识",
    ),
    "verdict-mismatch": (
        "NOT as it was made: see below what differs",
        "与制作时不一致：差异见下",
    ),
    "verdict-unreadable": ("cannot be read as a film ({reason})", "无法作为影片读取（{reason}）"),
    "verified-sum": (
        "{films:# film|# films}: {fine} fine, {other} not",
        "{films} 部影片：{fine} 部无误，{other} 部有问题",
    ),
    "carries-label": ("LABEL FOR MACHINES", "机器可读标识"),
    "carries-label-told": (
        "{made}, by {producer}, number {number}",
        "{made}，生成者 {producer}，编号 {number}",
    ),
    "made-1": ("made by AI", "AI 生成"),
    "made-2": ("may be made by AI", "可能为 AI 生成"),
    "made-3": ("suspected to be made by AI", "疑似 AI 生成"),
    "carries-shown": ("VISIBLE LABEL", "可见标识"),
    "carries-shown-told": (
        "“{words}” in the first seconds, as the manifest tells",
        "开头几秒显示“{words}”（据清单文件）",
    ),
    "carries-essence": ("PICTURE AND SOUND", "画面和声音"),
    "carries-file": ("WHOLE FILE", "整个文件"),
    "carries-captions": ("CAPTIONS IN THE FILM", "内嵌字幕"),
    "carries-track": ("{cues}, language {language}", "{cues} 条，语言 {language}"),
    "carries-burned": ("yes, as the manifest tells", "有（据清单文件）"),
    "carries-no-manifest": (
        "none beside it: nothing else to compare with",
        "旁边没有清单文件，无法进一步比对",
    ),
    "as-manifest": ("as the manifest says", "与清单文件一致"),
    "not-manifest": ("NOT what the manifest says", "与清单文件不一致"),
    "as-label": ("as the label says", "与标识一致"),
    "not-label": ("NOT what the label says", "与标识不一致"),
}
