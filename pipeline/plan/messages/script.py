"""Messages of the script room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="script-empty",
        level="error",
        en=Text(
            what="The script has nothing to say.",
            why="Only letters and digits are spoken; marks, emoji and pauses alone make no sentence.",
            cure="Write at least one word.",
        ),
        zh=Text(
            what="脚本里没有可以朗读的内容。",
            why="只有文字和数字会被朗读；仅有标点、表情符号或停顿标记不能构成句子。",
            cure="请至少写一个词。",
        ),
    ),
    Message(
        code="script-too-long",
        level="error",
        en=Text(
            what="The script has {characters} characters; at most {limit} are taken.",
            why="A longer script would make a film of several hours.",
            cure="Split it into several rows, or raise script_characters in [limits] of lectern.toml.",
        ),
        zh=Text(
            what="脚本有 {characters} 个字符，最多允许 {limit} 个。",
            why="更长的脚本会生成长达数小时的影片。",
            cure="请把它拆成几行，或在 lectern.toml 的 [limits] 中调大 script_characters。",
        ),
    ),
    Message(
        code="script-pause-malformed",
        level="error",
        en=Text(
            what="The pause mark {mark} in line {line} of the script cannot be understood.",
            why="A pause mark names a length with its unit; without one it would be read aloud.",
            cure="Write it as [pause 1.5s] or [pause 800ms].",
        ),
        zh=Text(
            what="脚本第 {line} 行的停顿标记 {mark} 无法识别。",
            why="停顿标记必须写明时长和单位，否则会被朗读出来。",
            cure="请写成 [停顿 1.5秒]、[停顿 800毫秒] 或 [pause 1s]。",
        ),
    ),
    Message(
        code="script-pause-range",
        level="error",
        en=Text(
            what="The pause {mark} in line {line} of the script is too short or too long.",
            why="A very short pause cannot be heard, and a very long one looks like a film that hangs.",
            cure="Choose a length between {least_ms} milliseconds and {most_s} seconds.",
        ),
        zh=Text(
            what="脚本第 {line} 行的停顿 {mark} 太短或太长。",
            why="太短的停顿听不出来，太长的停顿会让影片看起来像卡住了。",
            cure="请把时长改为 {least_ms} 毫秒到 {most_s} 秒之间。",
        ),
    ),
    Message(
        code="script-pauses-too-long",
        level="error",
        en=Text(
            what="The script's pause marks add up to {seconds} seconds; at most {limit} are taken.",
            why="So much silence in one film is most likely a mistake.",
            cure="Take out or shorten some of the pause marks.",
        ),
        zh=Text(
            what="脚本中的停顿合计 {seconds} 秒，最多允许 {limit} 秒。",
            why="一部影片里有这么长的静默，多半是误写。",
            cure="请删除或缩短一些停顿标记。",
        ),
    ),
)
