"""The columns of a brief: what a script shall be about that is yet to be written."""

from __future__ import annotations

from farm.column import Column, ColumnKind, Phrase

BRIEF_COLUMNS: tuple[Column, ...] = (
    Column(
        name="brief",
        kind=ColumnKind.PART,
        means=Phrase(
            en="what the film is about, for a script that is yet to be written: by `lectern write`, or with "
            "`submit --write`",
            zh="影片的内容要求，脚本尚待撰写：由 `lectern write`，或在 `submit --write` 时撰写",
        ),
        values=Phrase(
            en="text; `{{name}}` is filled from the column `name`",
            zh="文本；`{{name}}` 由 `name` 列填入",
        ),
        empty=Phrase(en="the script is there", zh="脚本已有"),
        also="prompt topic subject 撰稿要求 要求 主题",
    ),
    Column(
        name="audience",
        kind=ColumnKind.PART,
        means=Phrase(en="for whom the script of a `brief` is written", zh="`brief` 的脚本写给谁看"),
        values=Phrase(en="text", zh="文本"),
        empty=Phrase(en="for anybody", zh="不限"),
        also="target viewers 观众 受众",
    ),
    Column(
        name="seconds",
        kind=ColumnKind.PART,
        means=Phrase(
            en="how long the script of a `brief` shall take to say", zh="`brief` 的脚本念完大约需要多少秒"
        ),
        values=Phrase(en="1 to 3600", zh="1 到 3600"),
        empty=Phrase(en="60", zh="60"),
        also="length duration 时长 秒数",
    ),
)
