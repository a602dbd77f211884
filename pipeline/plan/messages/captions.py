"""Messages about captions."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="captions-soft-unknown",
        level="error",
        en=Text(
            what="“{word}” does not say whether the film shall carry captions.",
            why="`captions.soft` takes yes or no: with yes, players can show captions that lie in the film's "
            "own file.",
            cure="Write yes or no; empty is yes.",
        ),
        zh=Text(
            what="“{word}”没有说明影片是否要内嵌字幕轨。",
            why="`captions.soft` 填 yes 或 no：填 yes 时，播放器可以显示影片文件自带的字幕。",
            cure="请填写 yes 或 no；留空为 yes。",
        ),
    ),
)
