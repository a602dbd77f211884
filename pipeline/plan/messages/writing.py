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
            cure="Write it in other words; `lectern words list --department {department}` shows the list.",
        ),
        zh=Text(
            what="脚本第 {line} 行含有“{word}”，部门 {department} 的脚本不允许使用；这类词共 {number} 个。",
            why="部门的禁用词表会在朗读之前拦下脚本。",
            cure="请换一种说法；`lectern words list --department {department}` 可显示词表。",
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
    Message(
        code="brief-empty",
        level="error",
        en=Text(
            what="The row has no words: neither in a brief nor in a script.",
            why="There is nothing to write, and nothing to translate.",
            cure="Fill the column `brief`, or `script` for one that is only translated.",
        ),
        zh=Text(
            what="该行没有文字：撰稿要求和脚本中都没有。",
            why="没有可撰写或翻译的内容。",
            cure="请填写 `brief` 列；只需翻译时填写 `script` 列。",
        ),
    ),
    Message(
        code="brief-and-script",
        level="error",
        en=Text(
            what="The row has both a brief and a script.",
            why="It is unclear which of them is meant.",
            cure="Leave one of the two cells empty.",
        ),
        zh=Text(
            what="该行同时有撰稿要求和脚本。",
            why="无法确定以哪一个为准。",
            cure="请将其中一格留空。",
        ),
    ),
    Message(
        code="brief-and-recording",
        level="error",
        en=Text(
            what="The row has both a brief and a recording.",
            why="A script would be written that nobody says: the recording is what is heard.",
            cure="Leave one of the two cells empty.",
        ),
        zh=Text(
            what="该行同时有撰稿要求和录音。",
            why="影片中听到的是录音，写成的脚本没有人朗读。",
            cure="请将其中一格留空。",
        ),
    ),
    Message(
        code="brief-unwritten",
        level="error",
        en=Text(
            what="The row has a brief, and no script yet.",
            why="What a model writes should be read by a person before it is spoken.",
            cure="Run `lectern write` and submit what it makes, or `submit --write` to have scripts written "
            "and spoken unread.",
        ),
        zh=Text(
            what="该行有撰稿要求，但还没有脚本。",
            why="模型写出的内容应先由人审读，再行朗读。",
            cure="请先运行 `lectern write`，再提交其结果；或用 `submit --write` 不经审读直接撰写并朗读。",
        ),
    ),
    Message(
        code="writing-no-writer",
        level="error",
        en=Text(
            what="No script can be written here: the writer {engine} cannot be used ({code}).",
            why="A brief becomes a script by a language model that you bring.",
            cure="Bring a model with `lectern models add`; `lectern doctor` tells what is missing. Or write "
            "the script yourself.",
        ),
        zh=Text(
            what="此处无法撰写脚本：撰稿引擎 {engine} 不可用（{code}）。",
            why="撰稿要求由您提供的语言模型写成脚本。",
            cure="请用 `lectern doctor` 查看缺少什么，用 `lectern models add` 添加模型，或自行填写脚本。",
        ),
    ),
    Message(
        code="writing-letters-undrawn",
        level="warning",
        en=Text(
            what="The script that was written has letters that its captions' fonts lack: {letters}",
            why="Fonts of captions in the pictures are chosen when a film is submitted, by the language of a "
            "brief; what they lack is drawn as empty boxes.",
            cure="Run `lectern write` and submit the script: its fonts are chosen by its letters. Or leave "
            "`captions.burn` empty.",
        ),
        zh=Text(
            what="写成的脚本中有画面字幕字体没有的字符：{letters}",
            why="画面字幕的字体在提交时按撰稿要求的语言选定；缺少的字符会显示为空框。",
            cure="请先运行 `lectern write` 再提交脚本，字体便按其字符选定；或将 `captions.burn` 留空。",
        ),
    ),
    Message(
        code="brief-seconds-wrong",
        level="error",
        en=Text(
            what="“{seconds}” is no length of a film.",
            why="A length is a whole number of seconds.",
            cure="Write a number from 1 to {most}; an empty cell is one minute.",
        ),
        zh=Text(
            what="“{seconds}”不是有效的影片时长。",
            why="时长是整数秒。",
            cure="请填写 1 到 {most} 之间的数字；留空为一分钟。",
        ),
    ),
    Message(
        code="brief-language-unknown",
        level="error",
        en=Text(
            what="“{language}” is no language.",
            why="A script is written in one language, told by its tag.",
            cure="Write a tag such as en, zh or ja; an empty cell is the language of the brief.",
        ),
        zh=Text(
            what="“{language}”不是有效的语言。",
            why="脚本用一种语言撰写，以语言标签表示。",
            cure="请填写 en、zh、ja 等标签；留空则与撰稿要求的语言相同。",
        ),
    ),
    Message(
        code="brief-no-column",
        level="error",
        en=Text(
            what="The table has no column `brief`, and none called `script`.",
            why="A script is written from the brief in its row, or translated from the script there.",
            cure="Name the columns in the first row: brief, audience, language, seconds; others are kept.",
        ),
        zh=Text(
            what="表格中没有 `brief` 列，也没有 `script` 列。",
            why="脚本根据该行的撰稿要求撰写，或由该行的脚本翻译而来。",
            cure="请在首行写明列名：brief、audience、language、seconds；其他列会原样保留。",
        ),
    ),
)
