"""Messages about models that speak, hear and write."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_COQUI = (
    message(
        "model-family-unknown",
        (
            "Models of the family “{family}” cannot be spoken with.",
            "A Coqui model's config.json names its family; others may hold code, or ask the network.",
            "Use a model of one of these: {known}.",
        ),
        (
            "无法使用“{family}”系列的模型朗读。",
            "Coqui 模型在 config.json 中注明所属系列；其他系列可能含有代码，或会访问网络。",
            "请使用以下系列之一的模型：{known}。",
        ),
    ),
    message(
        "model-config-wrong",
        (
            "The model's configuration does not fit: “{key}” is {found}.",
            "config.json says how the model is built; a wrong value would build another one, or none.",
            "Take config.json from where the model came from, as it was distributed, and add the model anew.",
        ),
        (
            "模型的配置不匹配：“{key}”为 {found}。",
            "config.json 说明模型如何构建；错误的值会构建出别的模型，或根本无法构建。",
            "请使用与模型一同发布的原始 config.json，然后重新添加该模型。",
        ),
    ),
    message(
        "voice-phonemizer-missing",
        (
            "The model reads phonemes as “{phonemizer}” writes them, which is not at hand here.",
            "Phonemes that are written another way than a model has learnt them would be spoken wrongly.",
            "Use a model whose phonemizer in config.json is one of {known}, or one that reads letters.",
        ),
        (
            "该模型读取由“{phonemizer}”生成的音素，而此处没有该组件。",
            "音素写法与模型训练时不同，就会被读错。",
            "请使用 config.json 中 phonemizer 为以下之一的模型：{known}；或直接读取文字的模型。",
        ),
    ),
)

_SPEAKING = (
    message(
        "voice-model-astray",
        (
            "The model of the voice “{voice}” gave no reading of a line: noise, or of a quite other length.",
            "Networks that draw speech token by token can lose their way; another seed did no better.",
            "It is tried again. If it stays so, word the sentence differently, or choose another voice.",
        ),
        (
            "声音“{voice}”的模型没有读出这句话：得到的是噪声，或长度相差太大。",
            "逐个生成语音单元的网络可能会失控；换一个随机种子也没有改善。",
            "系统会再次尝试。若问题依旧，请改写该句，或选择其他声音。",
        ),
    ),
    message(
        "voice-needs-profile",
        (
            "The voice “{voice}” speaks as in a sample of somebody, and no sample is given.",
            "Such a model has no voice of its own: it sounds like whoever is heard in the sample.",
            "Choose a voice profile as profile:NAME; `lectern voices add` makes one.",
        ),
        (
            "声音“{voice}”需要某个人的声音样本，但没有给出样本。",
            "这类模型没有自己的声音：它听起来像样本中的人。",
            "请以 profile:名称 选择一个声音档案；可用 `lectern voices add` 创建。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = _COQUI + _SPEAKING
