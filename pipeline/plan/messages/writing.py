"""Messages about scripts that are written from briefs."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="script-word-stopped",
        level="error",
        en=Text(
            what="The script holds “{word}” in line {line}, which no script of the department {department} "
            "may; such words in it: {number}.",
            why="A department's word list stops a script before anybody speaks it.",
            cure="Write it in other words; `lectern words list` shows the list.",
        ),
        zh=Text(
            what="脚本第 {line} 行含有“{word}”，部门 {department} 的脚本不允许使用；这类词共 {number} 个。",
            why="部门的禁用词表会在朗读之前拦下脚本。",
            cure="请换一种说法；`lectern words list` 可显示词表。",
        ),
    ),
    Message(
        code="writing-word-stopped",
        level="error",
        en=Text(
            what="The script that was written holds “{word}” in line {line}, which it may not.",
            why="A department's word list stops a script before anybody speaks it; it was written twice.",
            cure="Say in the brief what to avoid, or use another seed; `lectern words list` shows the list.",
        ),
        zh=Text(
            what="写成的脚本第 {line} 行含有不允许使用的“{word}”。",
            why="部门的禁用词表会在朗读之前拦下脚本；已撰写过两次。",
            cure="请在要求中说明要避免什么，或更换种子；`lectern words list` 可显示词表。",
        ),
    ),
    Message(
        code="stopword-wrong",
        level="error",
        en=Text(
            what="“{word}” cannot stand in a word list. Nothing was changed.",
            why="Whole sentences would be found in no other script, and what cannot be seen in every one.",
            cure="A word has from one character that can be seen to {limit}. Leave it out, or write each "
            "word by itself, with quotes around a phrase.",
        ),
        zh=Text(
            what="“{word}”不能列入词表。未作任何更改。",
            why="整句话在其他脚本中不会出现，而看不见的字符处处都有。",
            cure="一个词有一个可见字符到 {limit} 个字符。请去掉它，或将各词分开书写，短语请加引号。",
        ),
    ),
)
