"""Messages of the voice room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

_CHOICE = (
    Message(
        code="voice-unknown",
        level="error",
        en=Text(
            what="The voice engine “{engine}” has no voice “{voice}”.",
            why="A voice is chosen by the name that its engine gives it.",
            cure="Choose another, such as {near}. `lectern voices` lists them all.",
        ),
        zh=Text(
            what="语音引擎“{engine}”没有名为“{voice}”的声音。",
            why="声音按引擎给出的名称选择。",
            cure="可选的例如：{near}。运行 `lectern voices` 可查看全部声音。",
        ),
    ),
    Message(
        code="voice-language-unknown",
        level="error",
        en=Text(
            what="No voice of the engine “{engine}” speaks the language “{language}”.",
            why="A language is written as a BCP 47 tag, such as en, en-GB or zh.",
            cure="Choose another, such as {near}. `lectern voices` lists every language.",
        ),
        zh=Text(
            what="引擎“{engine}”没有会说“{language}”的声音。",
            why="语言用 BCP 47 标签书写，例如 en、en-GB 或 zh。",
            cure="可选的例如：{near}。运行 `lectern voices` 可查看所有语言。",
        ),
    ),
    Message(
        code="voice-language-foreign",
        level="error",
        en=Text(
            what="The voice “{voice}” does not speak “{language}”; it speaks {spoken}.",
            why="A voice speaks the languages that it was made for, and one that is named is not "
            "exchanged for another.",
            cure="Name a voice of that language, or leave voice or language empty and it is chosen for you.",
        ),
        zh=Text(
            what="声音“{voice}”不会说“{language}”；它会说：{spoken}。",
            why="声音只会说为其制作的语言；指定了声音后，不会换成另一个。",
            cure="请指定该语言的声音，或将其中一项留空，由系统自动选择。",
        ),
    ),
    Message(
        code="voice-speed-range",
        level="error",
        en=Text(
            what="A speed of {value} per cent cannot be spoken.",
            why="Speech outside this range can hardly be understood.",
            cure="Choose a speed from {low} to {high} per cent.",
        ),
        zh=Text(
            what="无法以 {value}% 的语速朗读。",
            why="超出范围的语速几乎无法听懂。",
            cure="请选择 {low}% 到 {high}% 之间的语速。",
        ),
    ),
    Message(
        code="voice-pitch-range",
        level="error",
        en=Text(
            what="A pitch of {value} per cent cannot be spoken.",
            why="A voice outside this range no longer sounds like a person.",
            cure="Choose a pitch from {low} to {high} per cent.",
        ),
        zh=Text(
            what="无法以 {value}% 的音高朗读。",
            why="超出范围的声音听起来不再像人声。",
            cure="请选择 {low}% 到 {high}% 之间的音高。",
        ),
    ),
)

_SPEAKING = (
    Message(
        code="voice-nothing-spoken",
        level="error",
        en=Text(
            what="The voice “{voice}” finds nothing in this script that it can speak.",
            why="It makes no sound of any sentence, as happens with a writing that it does not know.",
            cure="Choose a voice of the script's language.",
        ),
        zh=Text(
            what="声音“{voice}”在此文稿中找不到可以朗读的内容。",
            why="它读不出任何一句话，例如遇到它不认识的文字时。",
            cure="请选择与文稿语言相符的声音。",
        ),
    ),
    Message(
        code="voice-text-too-long",
        level="error",
        en=Text(
            what="A sentence of {characters} characters is too long to be spoken at once.",
            why="A voice takes only so much text at a time.",
            cure="Divide it with a full stop or a comma.",
        ),
        zh=Text(
            what="一句话有 {characters} 个字符，过长，无法一次朗读。",
            why="声音每次只能朗读有限长度的文本。",
            cure="请用句号或逗号将其断开。",
        ),
    ),
    Message(
        code="voice-espeak-ended",
        level="error",
        en=Text(
            what="The speech process ended in the middle of its work.",
            why="Something killed it: the system for want of memory, or a person.",
            cure="It starts anew and the sentence is tried again; if it stays so, ask `lectern doctor`.",
        ),
        zh=Text(
            what="语音进程在工作中途结束了。",
            why="它被终止了：可能是系统内存不足，也可能是人为操作。",
            cure="系统会重新启动它并再次尝试；若问题依旧，请运行 `lectern doctor` 查看详情。",
        ),
    ),
    Message(
        code="voice-espeak-crashed",
        level="error",
        en=Text(
            what="espeak-ng crashed on a sentence (status {status}).",
            why="The library stumbled over this text; other sentences are not touched by it.",
            cure="It is tried again. If it stays so, word the sentence differently, and please report it.",
        ),
        zh=Text(
            what="espeak-ng 在朗读某句话时崩溃（状态 {status}）。",
            why="该语音库无法处理这段文本；其他句子不受影响。",
            cure="系统会再次尝试。若问题依旧，请改写该句，并向我们报告。",
        ),
    ),
    Message(
        code="voice-espeak-late",
        level="error",
        en=Text(
            what="espeak-ng did not finish a sentence within {seconds} s and was stopped.",
            why="A sentence takes milliseconds: the machine is overloaded, or the text makes it hang.",
            cure="It is tried again. If it stays so, word the sentence differently, and please report it.",
        ),
        zh=Text(
            what="espeak-ng 未能在 {seconds} 秒内完成一句话，已被停止。",
            why="朗读一句话只需几毫秒；可能是机器过载，或该库在这段文本上卡住了。",
            cure="系统会再次尝试。若问题依旧，请改写该句，并向我们报告。",
        ),
    ),
    Message(
        code="voice-espeak-refused",
        level="error",
        en=Text(
            what="The speech process refused a request: {reason}.",
            why="Lectern asked for something that cannot be had; the defect is its own.",
            cure="Please report it with the sentence and the voice.",
        ),
        zh=Text(
            what="语音进程拒绝了一个请求：{reason}。",
            why="Lectern 请求了本应知道无法满足的内容；这是它自身的缺陷。",
            cure="请附上句子和所用声音向我们报告。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = _CHOICE + _SPEAKING
