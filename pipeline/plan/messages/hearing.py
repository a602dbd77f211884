"""Messages about what is heard: whether voices say what their scripts say."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_DOUBTS = (
    message(
        "hearing-silent",
        (
            "Nothing that is said was understood.",
            "The sound is silent, nobody speaks in it, or it is too faint or noisy for speech recognition.",
            "Listen to it. If somebody speaks, make it louder or cleaner, or use a larger model.",
        ),
        (
            "没有识别出任何话语。",
            "声音是静音、其中无人说话，或者对语音识别来说太弱或噪声太大。",
            "请试听一下。如果确实有人说话，请提高音量、降低噪声，或使用更大的模型。",
        ),
        level="warning",
    ),
    message(
        "hearing-repeats",
        (
            "What was understood repeats itself again and again.",
            "Speech recognition does so where it understands nothing: the words are made up, not said.",
            "Listen to it. A larger model errs less; noise can be removed from a recording.",
        ),
        (
            "识别出的内容一再重复。",
            "语音识别在听不懂时会这样：这些词是编造的，并没有人说过。",
            "请试听一下。更大的模型出错更少；录音中的噪声可以去除。",
        ),
        level="warning",
    ),
    message(
        "hearing-unsure",
        (
            "What was understood is hardly more than a guess.",
            "Its words are unlikely ones, or more than anybody can say in that time.",
            "Listen to it. Name the language, bring a clearer recording, or use a larger model.",
        ),
        (
            "识别出的内容几乎只是猜测。",
            "其中的词很不可能出现，或者多到没有人能在这么短的时间内说完。",
            "请试听一下。可以指明语言、提供更清晰的录音，或使用更大的模型。",
        ),
        level="warning",
    ),
)

_NARRATION = (
    message(
        "narration-wrong",
        (
            "“{text}” is not said as written: of {of} words or characters {errors} are heard otherwise.",
            "No take of it came within the limit, and the check was to stop the film then.",
            "Word it differently, say how its names are pronounced, or raise the limit: {limit} per mille.",
        ),
        (
            "“{text}”的朗读与文稿不符：{of} 个词（或字）中有 {errors} 个听起来不同。",
            "它的每一遍朗读都超出限度，而检查被设为在此时停止影片。",
            "请改写该句、指明名称的读音，或放宽限度（千分之 {limit}）。",
        ),
    ),
    message(
        "film-narration-doubtful",
        (
            "“{text}” may not be said as written: of {of} words or characters {errors} are heard otherwise.",
            "No take of it came within the limit; the film has the best one. An ear may err as well.",
            "Listen to it. If it is wrong, word it differently; the limit is {limit} per mille.",
        ),
        (
            "“{text}”的朗读可能与文稿不符：{of} 个词（或字）中有 {errors} 个听起来不同。",
            "它的每一遍朗读都超出限度，影片采用了其中最好的一遍。语音识别本身也可能出错。",
            "请试听影片的该处。如果确实有误，请改写该句；限度为千分之 {limit}。",
        ),
        level="warning",
    ),
)

MESSAGES: tuple[Message, ...] = (
    *_DOUBTS,
    *_NARRATION,
    message(
        "hearing-no-card",
        (
            "The model “{model}” of the engine “{engine}” is to hear in half precision, and no card is here.",
            "A film is heard as was settled when it was submitted; processors hear in single precision.",
            "Start a worker with a card, or set ear.precision = fp32 and submit anew. The film waits.",
        ),
        (
            "引擎“{engine}”的模型“{model}”应以半精度识别语音，但此处没有显卡。",
            "影片按提交时确定的方式识别；处理器以单精度识别。",
            "请启动带显卡的工作进程，或者设置 ear.precision = fp32 后重新提交。影片会一直等待。",
        ),
        level="warning",
    ),
    message(
        "hearing-setting-unheard",
        (
            "ear.language is “{language}”, which the model “{model}” of “{engine}” does not understand.",
            "A recording whose row names no language is heard in the one that is set.",
            "Set one that it knows, or none to have it found out; or use another model. It knows: {known}.",
        ),
        (
            "ear.language 设为“{language}”，而引擎“{engine}”的模型“{model}”听不懂该语言。",
            "清单行未注明语言的录音按所设的语言识别。",
            "请设为该模型懂的语言、留空以自动判断，或换用其他模型。它懂：{known}。",
        ),
    ),
    message(
        "hearing-language-unknown",
        (
            "The engine “{engine}” does not understand “{language}” with this model.",
            "A model of speech recognition knows the languages that it was trained on.",
            "Use a model that knows it, or one of its own languages: {known}.",
        ),
        (
            "引擎“{engine}”使用此模型时听不懂“{language}”。",
            "语音识别模型只懂训练时用过的语言。",
            "请使用懂该语言的模型，或者选择此模型的语言之一：{known}。",
        ),
    ),
)
