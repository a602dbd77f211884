"""Messages about captions."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="captions-burn-unknown",
        level="error",
        en=Text(
            what="“{word}” does not say whether captions shall be drawn into the pictures.",
            why="`captions.burn` takes yes or no: with yes, every player shows them, and nobody can turn "
            "them off.",
            cure="Write yes or no; empty is no.",
        ),
        zh=Text(
            what="“{word}”没有说明是否要把字幕画进画面。",
            why="`captions.burn` 填 yes 或 no：填 yes 时，任何播放器都会显示字幕，且无法关闭。",
            cure="请填写 yes 或 no；留空为 no。",
        ),
    ),
    Message(
        code="captions-emoji-left-out",
        level="warning",
        en=Text(
            what="The script has emoji, which are left out of the captions in the pictures.",
            why="Captions are drawn in one colour, with the fonts of written languages.",
            cure="Nothing needs to be done: the caption files keep them.",
        ),
        zh=Text(
            what="脚本中有表情符号，画面中的字幕会略去它们。",
            why="画面字幕用文字字体以单色绘制。",
            cure="无需处理：字幕文件中会保留它们。",
        ),
    ),
    Message(
        code="captions-fonts-none",
        level="error",
        en=Text(
            what="No font was found to draw captions with.",
            why="`captions.burn` draws them with the fonts of the machine that submits.",
            cure="Install fonts, as root on Debian or Ubuntu `apt install {packages}`, or name a folder of "
            "fonts in `[captions] fonts`.",
        ),
        zh=Text(
            what="没有找到可用于绘制字幕的字体。",
            why="`captions.burn` 使用提交任务的机器上的字体绘制字幕。",
            cure="请安装字体（Debian 或 Ubuntu 上以 root 执行 `apt install {packages}`），"
            "或在 `[captions] fonts` 中指定字体文件夹。",
        ),
    ),
    Message(
        code="captions-letters-missing",
        level="error",
        en=Text(
            what="No font of this machine has these letters of the script: {letters}",
            why="`captions.burn` draws captions with the fonts of the machine that submits; what they lack "
            "would be empty boxes.",
            cure="Install fonts that have them, as root on Debian or Ubuntu `apt install {packages}`, or "
            "name a folder of fonts in `[captions] fonts`; or leave `captions.burn` empty.",
        ),
        zh=Text(
            what="本机没有任何字体包含脚本中的这些字符：{letters}",
            why="`captions.burn` 使用提交任务的机器上的字体绘制字幕，缺少的字符会变成方框。",
            cure="请安装包含它们的字体（Debian 或 Ubuntu 上以 root 执行 `apt install {packages}`），"
            "或在 `[captions] fonts` 中指定字体文件夹；也可以将 `captions.burn` 留空。",
        ),
    ),
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
