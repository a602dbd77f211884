"""Messages about finished films: what was measured on them, and their makers should hear of."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="film-black",
        level="warning",
        en=Text(
            what="The film is black for {seconds} seconds, first from {begin} to {end}.",
            why="Every frame was measured while it was drawn; these show nothing. A portrait that is black, "
            "or an engine at fault, looks like this.",
            cure="Look at the film there. If the portrait is in order, please report the engine and submit "
            "the row with another one.",
        ),
        zh=Text(
            what="影片有 {seconds} 秒是黑屏，首次出现在 {begin} 到 {end}。",
            why="每一帧在绘制时都经过测量；这些帧什么也没有显示。可能是肖像本身全黑，或引擎出了问题。",
            cure="请查看影片的该处。如果肖像没有问题，请报告该引擎，并换用其他引擎重新提交该行。",
        ),
    ),
    Message(
        code="film-frozen",
        level="warning",
        en=Text(
            what="The face does not move for {seconds} seconds while it speaks, first from {begin} to {end}.",
            why="Nothing in the picture changed there although something is said: the film looks stuck.",
            cure="Look at the film there. If the mouth should move, please report portrait and engine.",
        ),
        zh=Text(
            what="人物说话时画面有 {seconds} 秒静止不动，首次出现在 {begin} 到 {end}。",
            why="该处有语音，但画面没有任何变化，影片看起来像卡住了。",
            cure="请查看影片的该处。如果嘴部本应活动，请报告所用的肖像和引擎。",
        ),
    ),
    Message(
        code="film-silent",
        level="warning",
        en=Text(
            what="Nothing is heard for {seconds} seconds in which something should be said, first from "
            "{begin} to {end}.",
            why="The voice gave silence for a sentence of the script, or a very long one within it.",
            cure="Listen to the film there. A voice of another language cannot say every text: name one that "
            "can, or write the sentence in another way.",
        ),
        zh=Text(
            what="有 {seconds} 秒本应有语音却没有声音，首次出现在 {begin} 到 {end}。",
            why="声音对脚本中的某句话输出了静音，或句中出现了很长的静音。",
            cure="请听一下影片的该处。其他语言的声音无法朗读所有文本：请指定能朗读的声音，或改写该句。",
        ),
    ),
    Message(
        code="film-clipped",
        level="warning",
        en=Text(
            what="The voice is clipped: {ms} milliseconds of it are cut off at full scale.",
            why="Loud sounds that do not fit are cut flat, and crackle. It happened before Lectern set the "
            "loudness, in the voice itself.",
            cure="Listen to the film. If it crackles, use another voice or another pitch.",
        ),
        zh=Text(
            what="语音削波：共有 {ms} 毫秒在满刻度处被截平。",
            why="过大的声音会被截平，产生爆音。这发生在声音引擎中，早于 Lectern 的响度调整。",
            cure="请听一下影片。如果有爆音，请换用其他声音或音高。",
        ),
    ),
    Message(
        code="film-short",
        level="warning",
        en=Text(
            what="Only {heard} of speech came of a script that should take about {expected}.",
            why="The voice spoke far less than the script says, so that parts of it may be missing.",
            cure="Listen to the film beside its script. A voice that swallows text may not know the script's "
            "language: name one that does.",
        ),
        zh=Text(
            what="脚本应需约 {expected}，但语音只有 {heard}。",
            why="语音远短于脚本所需的时间，部分内容可能没有读出。",
            cure="请对照脚本听一下影片。漏读的声音可能不支持脚本的语言：请指定支持该语言的声音。",
        ),
    ),
    Message(
        code="film-long",
        level="warning",
        en=Text(
            what="{heard} of speech came of a script that should take about {expected}.",
            why="The voice took far longer than the script needs: it may spell words out, or repeat itself.",
            cure="Listen to the film beside its script. A voice that spells may not know the script's "
            "language: name one that does.",
        ),
        zh=Text(
            what="脚本应需约 {expected}，但语音长达 {heard}。",
            why="语音远长于脚本所需的时间：可能在逐字母拼读，或有重复。",
            cure="请对照脚本听一下影片。逐字母拼读的声音可能不支持脚本的语言：请指定支持该语言的声音。",
        ),
    ),
    Message(
        code="film-swallowed",
        level="warning",
        en=Text(
            what="Sentences whose speech is too short for their text: {sentences}, the first is “{text}”.",
            why="Their speech takes about a third of the time that their text needs, or less, so that a part "
            "of it may be missing.",
            cure="Listen to the film there. Write the sentence in another way, or name another voice.",
        ),
        zh=Text(
            what="有 {sentences} 个句子的语音过短，可能不完整，第一个是“{text}”。",
            why="它们的语音不到文本所需时间的三分之一，部分内容可能没有读出。",
            cure="请听一下影片的该处。请改写该句，或指定其他声音。",
        ),
    ),
    Message(
        code="film-loudness",
        level="warning",
        en=Text(
            what="The film's loudness is {lufs} LUFS, not {wanted} LUFS as wanted.",
            why="The voice is so uneven, or so short, that no gain brings it there without clipping.",
            cure="Listen to the film. Ask for a lower loudness, such as -18, or for another voice.",
        ),
        zh=Text(
            what="影片响度为 {lufs} LUFS，未达到要求的 {wanted} LUFS。",
            why="语音起伏太大或太短，无法在不削波的情况下达到该响度。",
            cure="请听一下影片。可要求较低的响度（如 -18），或换用其他声音。",
        ),
    ),
)
