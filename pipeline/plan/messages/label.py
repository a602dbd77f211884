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
    Message(
        code="label-waiver-missing",
        level="error",
        en=Text(
            what="A film without a label needs a word in “{column}”.",
            why="Without a label nobody who sees the film is told that a machine made it. That is somebody's "
            "decision: their name and their reason are kept in the ledger and in the film's manifest.",
            cure="Write who answers for it into `label.name` and why into `label.reason`, or leave `label` "
            "empty.",
        ),
        zh=Text(
            what="不加标识的影片需要填写“{column}”。",
            why="没有标识，观看者就不会知道影片由 AI 生成。这是某个人的决定：其姓名和理由会保存在账本和影片的"
            "清单文件中。",
            cure="请在 `label.name` 中填写负责人，在 `label.reason` 中填写理由；或将 `label` 留空。",
        ),
    ),
    Message(
        code="label-log-away",
        level="error",
        en=Text(
            what="It cannot be written down who has this film made without a label: {path} ({reason}).",
            why="A film without a label is made only if the name and the reason are kept.",
            cure="Make the folder writable and try again, or leave `label` empty.",
        ),
        zh=Text(
            what="无法记录由谁决定该影片不加标识：{path}（{reason}）。",
            why="只有在姓名和理由能够保存时，才会制作不加标识的影片。",
            cure="请使该文件夹可写后重试；或将 `label` 留空。",
        ),
    ),
    Message(
        code="label-producer-wrong",
        level="error",
        en=Text(
            what="“{producer}” cannot stand in a film's label as the producer's code.",
            why="GB 45438-2025 allows 1 to 127 letters, digits and signs of ASCII there, without spaces, "
            "quotation marks and backslashes.",
            cure="Set `producer` in [label] (LECTERN_LABEL__PRODUCER) to your provider code, such as the one "
            "by TC260's guide, or to your organisation's name in ASCII.",
        ),
        zh=Text(
            what="“{producer}”不能作为影片标识中的生成者编码。",
            why="GB 45438-2025 只允许 1 到 127 个 ASCII 字母、数字和符号，不含空格、引号和反斜杠。",
            cure="请将 [label] 中的 `producer`（LECTERN_LABEL__PRODUCER）设为您的服务提供者编码（如按 TC260 "
            "指南编制的编码），或用 ASCII 书写的单位名称。",
        ),
    ),
)
