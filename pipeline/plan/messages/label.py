"""Messages about the label that says that a film was made by a machine."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="label-unknown",
        level="error",
        en=Text(
            what="“{word}” is no label.",
            why="The label says, to whoever sees a film, that a machine made it; China's rules and the "
            "European Union's ask for it in words of their own.",
            cure="Use one of these: {known}. An empty cell is both.",
        ),
        zh=Text(
            what="“{word}”不是有效的标识。",
            why="标识告诉观看者影片由 AI 生成；中国和欧盟的规定各有要求的文字。",
            cure="请使用以下之一：{known}。留空即为 both。",
        ),
    ),
)
