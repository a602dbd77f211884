"""Messages of the hearing room about what an ear is asked to do."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "check-unknown",
        (
            "“{word}” does not say which sentences are checked.",
            "check says of which sentences it is listened whether the voice says what the script says.",
            "Use one of these: {known}. An empty cell is what the farm usually does.",
        ),
        (
            "“{word}”不能说明检查哪些句子。",
            "check 指定对哪些句子进行听写核对，确认声音说的与脚本一致。",
            "请使用以下之一：{known}。留空即按农场的设置。",
        ),
    ),
    message(
        "check-failure-unknown",
        (
            "“{word}” does not say what becomes of a film with a sentence that no take says rightly.",
            "check.failure says whether such a film is made with a warning, or stops.",
            "Use one of these: {known}. An empty cell is what the farm usually does.",
        ),
        (
            "“{word}”不能说明当某句始终读不对时如何处理影片。",
            "check.failure 指定此类影片是带警告继续制作，还是停止。",
            "请使用以下之一：{known}。留空即按农场的设置。",
        ),
    ),
    message(
        "check-no-ear",
        (
            "Voices cannot be checked here: the ear {engine} cannot be used ({code}).",
            "To check what a voice says, its sound is understood again, by a model that you bring.",
            "Bring a model with lectern models add; lectern doctor tells what is missing. Or leave it empty.",
        ),
        (
            "此处无法核对声音：听写引擎 {engine} 不可用（{code}）。",
            "核对朗读内容需要用您提供的模型重新听写其声音。",
            "请用 lectern doctor 查看缺少什么，用 lectern models add 添加模型，或将 check 留空。",
        ),
    ),
    message(
        "recording-denoise-unknown",
        (
            "“{word}” says neither yes nor no.",
            "audio.denoise says whether a recording is cleaned of its room's noise.",
            "Write yes or no; an empty cell is no.",
        ),
        (
            "“{word}”既不是“是”也不是“否”。",
            "audio.denoise 指定是否为录音降噪。",
            "请填写 yes 或 no；留空即为 no。",
        ),
    ),
    message(
        "recording-language-unknown",
        (
            "“{language}” is no language.",
            "An ear understands speech better when it knows the language, a BCP 47 tag such as en or zh.",
            "Correct the tag, or leave the cell empty: then it is found out.",
        ),
        (
            "“{language}”不是语言标签。",
            "知道语言（如 en、zh 等 BCP 47 标签）时，听写更准确。",
            "请更正标签，或留空以自动判断。",
        ),
    ),
    message(
        "recording-option-idle",
        (
            "{option} means nothing where a recording is heard.",
            "The film's sound is the recording as it is: nobody speaks, and nothing is checked against it.",
            "Leave it out; or take the recording out, to have the script spoken.",
        ),
        (
            "使用录音时，{option} 不起作用。",
            "影片的声音就是录音本身：不再朗读，也不作核对。",
            "请不要填写该项；如需朗读脚本，请去掉录音。",
        ),
        level="warning",
    ),
)
