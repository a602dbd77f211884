"""The help of voices, people and scripts in simplified Chinese; a part of `cli.helping_zh`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.helping_zh.CHINESE`.
SPEECH: Mapping[str, str] = {
    "Words that no script of a department may hold.": "部门的脚本不得含有的词。",
    "List the words that no script of a department may hold.": "列出部门的脚本不得含有的词。",
    "Refuse scripts that hold one of these words, from now on.": "从现在起拒绝含有这些词之一的脚本。",
    (
        "A word is found in any case and width; Chinese words also within others and with spaces in them. "
        "Batches that are queued already go on."
    ): "不分大小写和全半角；中文词在其他词之中或中间有空格时也会被找到。已排队的批次不受影响。",
    "Allow these words again.": "重新允许这些词。",
    "Words, or phrases in quotes.": "词，或加引号的短语。",
    "A text file with a word on each line.": "文本文件，每行一个词。",
    "Whose scripts.": "哪个部门的脚本。",
}
