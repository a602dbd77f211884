"""Messages about how scripts are read aloud, and departments' words."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="lexicon-word-wrong",
        level="error",
        en=Text(
            what="“{word}” is no word that could be found in a script.",
            why="A word, or several, has letters or digits, and stands on one line.",
            cure="Write it as it stands in scripts, such as New York, with at most {limit} characters.",
        ),
        zh=Text(
            what="“{word}”不是能在脚本中找到的词。",
            why="一个或多个词须含有字母、汉字或数字，并写在一行之内。",
            cure="请按脚本中的写法填写，例如 重庆，不超过 {limit} 个字符。",
        ),
    ),
    Message(
        code="lexicon-text-wrong",
        level="error",
        en=Text(
            what="“{said}” cannot be spoken instead of a word.",
            why="It has no letters or digits, or is too long for a word.",
            cure='Write what shall be heard, such as --as "engine x", with at most {limit} characters.',
        ),
        zh=Text(
            what="“{said}”不能用来代替一个词朗读。",
            why="其中没有字母、汉字或数字，或对一个词来说过长。",
            cure="请写出应读出的内容，例如 --as “崇庆”，不超过 {limit} 个字符。",
        ),
    ),
    Message(
        code="lexicon-both-ways",
        level="error",
        en=Text(
            what="A word is pronounced either as another text or by sounds.",
            why="Both `--as` and `--ipa` were given, or neither.",
            cure='Give one: `--as "engine x"`, or `--ipa ˈɛndʒɪnɛks`.',
        ),
        zh=Text(
            what="一个词要么按另一段文字朗读，要么按音标朗读。",
            why="同时给出了 `--as` 和 `--ipa`，或两者都没有。",
            cure="请只给出一个：`--as “崇庆”` 或 `--ipa tʂʰʊŋ˧˥tɕʰiŋ˥˩`。",
        ),
    ),
    Message(
        code="lexicon-ipa-wrong",
        level="error",
        en=Text(
            what="“{characters}” is not of the International Phonetic Alphabet.",
            why="Sounds are written in its letters, ˈ before a stressed syllable and ː behind a long vowel.",
            cure="Write it for example as wɪn or njuː ˈjɔːk, or say it in letters with `--as`.",
        ),
        zh=Text(
            what="“{characters}”不是国际音标中的符号。",
            why="发音须用国际音标书写：重读音节前加 ˈ，长元音后加 ː，声调用 ˥˩ 等符号。",
            cure="例如写作 wɪn 或 njuː ˈjɔːk；也可以用 `--as` 以文字说明读法。",
        ),
    ),
    Message(
        code="lexicon-ipa-unheard",
        level="warning",
        en=Text(
            what="The voice “{voice}” does not heed sounds: {words} will be read as written.",
            why="It is given letters, and has its own way of pronouncing them.",
            cure='Give them other letters: `lectern pronounce add WORD --as "..."`, or choose another voice.',
        ),
        zh=Text(
            what="声音“{voice}”不按音标发音：{words} 将按原文朗读。",
            why="它接收的是文字，并按自己的方式发音。",
            cure="请改用文字说明读法：`lectern pronounce add 词 --as “……”`，或选择其他声音。",
        ),
    ),
    Message(
        code="lexicon-language-unknown",
        level="error",
        en=Text(
            what="“{language}” is no language.",
            why="A language is written as a BCP 47 tag. An entry for en is meant for en-GB as well.",
            cure="Write for example --language en, en-GB or zh.",
        ),
        zh=Text(
            what="“{language}”不是一种语言。",
            why="语言用 BCP 47 标签书写。为 en 设置的读法也适用于 en-GB。",
            cure="例如 --language en、en-GB 或 zh。",
        ),
    ),
    Message(
        code="lexicon-entry-unknown",
        level="error",
        en=Text(
            what="The department {department} has no pronunciation of “{word}” in the language {language}.",
            why="Only what was added can be removed, each language for itself.",
            cure="`lectern pronounce list` shows what there is.",
        ),
        zh=Text(
            what="部门 {department} 没有“{word}”在语言 {language} 中的读法。",
            why="只能删除已添加的读法，且每种语言分别处理。",
            cure="运行 `lectern pronounce list` 可查看现有读法。",
        ),
    ),
)
