"""Messages about how a film is delivered: its quality, its loudness, its preview."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="delivery-quality-unknown",
        level="error",
        en=Text(
            what="There is no quality “{word}”.",
            why="Quality is how finely the picture is encoded: draft is quick and small, high is fine and "
            "large.",
            cure="Use one of these: {known}. Empty is the farm's usual one.",
        ),
        zh=Text(
            what="没有“{word}”这种画质。",
            why="画质决定画面编码的精细程度：draft 快而小，high 细而大。",
            cure="请使用以下之一：{known}。留空则用系统默认。",
        ),
    ),
    Message(
        code="delivery-loudness-wrong",
        level="error",
        en=Text(
            what="“{word}” is no loudness that a film can be brought to.",
            why="Loudness is measured in LUFS, as broadcasters and platforms do; nearer to 0 is louder.",
            cure="Use a number from {low} to {high}, such as -16. Empty is the farm's usual one.",
        ),
        zh=Text(
            what="“{word}”不是影片可用的响度。",
            why="响度以 LUFS 计，与广播和视频平台一致；越接近 0 越响。",
            cure="请使用 {low} 到 {high} 之间的数字，如 -16。留空则用系统默认。",
        ),
    ),
    Message(
        code="delivery-preview-unknown",
        level="error",
        en=Text(
            what="“{word}” does not tell whether a preview is wanted.",
            why="A preview is a short moving picture without sound, a WebP file beside the film.",
            cure="Write yes or no; empty is no.",
        ),
        zh=Text(
            what="“{word}”没有说明是否需要预览。",
            why="预览是影片旁边的一个无声短动图（WebP 文件）。",
            cure="请写 yes 或 no；留空表示不需要。",
        ),
    ),
)
