"""Messages about verifying films."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="verify-nothing-there",
        level="error",
        en=Text(
            what="There is no file or folder {path}.",
            why="Only a film that is there can be verified.",
            cure="Look at the name, and at the folder that you are in.",
        ),
        zh=Text(
            what="没有这个文件或文件夹：{path}。",
            why="只能校验存在的影片。",
            cure="请检查名称和当前所在的文件夹。",
        ),
    ),
    Message(
        code="verify-no-films",
        level="error",
        en=Text(
            what="There are no films in {folder}.",
            why="Of a folder, every MP4 in it and below it is verified; hidden files are passed over.",
            cure="Name a folder with films, or a film.",
        ),
        zh=Text(
            what="{folder} 中没有影片。",
            why="对于文件夹，会校验其中及下级的所有 MP4；隐藏文件不计。",
            cure="请给出含有影片的文件夹，或一部影片。",
        ),
    ),
)
