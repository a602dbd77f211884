"""Messages of models that write: what a brief or an answer may turn out to be."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "writer-precision-unknown",
        (
            "There is no precision “{precision}” for writing.",
            "A model's numbers are computed in sixteen or thirty-two bits, or kept in four.",
            "Set [writer] precision to one of these: {known}.",
        ),
        (
            "撰稿没有名为“{precision}”的精度。",
            "模型以 16 位或 32 位计算，或以 4 位保存。",
            "请把 [writer] precision 设为以下之一：{known}。",
        ),
    ),
    message(
        "brief-too-long",
        (
            "The brief and its answer take {tokens} tokens; the model can hold {most}.",
            "A model reads and writes a limited number of tokens at once; two or three make a word.",
            "Shorten the brief or the seconds, or use a model that can hold more.",
        ),
        (
            "撰稿要求及其答复需要 {tokens} 个 token，而模型最多容纳 {most} 个。",
            "模型一次能读写的 token 数量有限；一个词约为两三个 token。",
            "请缩短要求或时长，或使用能容纳更多的模型。",
        ),
    ),
    message(
        "writing-empty",
        (
            "The model wrote nothing that can be spoken.",
            "What it writes beside narration, such as headings and remarks, is left out; nothing was left.",
            "Write the brief in other words, use another seed, or a larger model.",
        ),
        (
            "模型没有写出可以朗读的内容。",
            "标题、说明等旁白以外的内容会被去掉；去掉后什么都没有剩下。",
            "请换一种说法描述要求、更换种子，或使用更大的模型。",
        ),
    ),
    message(
        "writing-markup",
        (
            "The model's answer holds what nobody should say: markup, an address, or its own instructions.",
            "A brief may try to make a model say something else; such an answer is never spoken.",
            "Look at the brief; write it in other words, or use another seed or model.",
        ),
        (
            "模型的答复含有不应念出的内容：标记、网址或它自己的指令。",
            "撰稿要求可能诱使模型说别的话；这样的答复绝不会被念出。",
            "请检查撰稿要求，换一种说法，或更换种子或模型。",
        ),
    ),
    message(
        "writing-language",
        (
            "The model did not write in the language {language}.",
            "Small models, and those that were not trained on a language, often answer in another one.",
            "Use a model that knows the language, or write the brief in that language.",
        ),
        (
            "模型没有用语言 {language} 撰写。",
            "小模型以及未经该语言训练的模型，常会用其他语言回答。",
            "请使用掌握该语言的模型，或用该语言书写要求。",
        ),
    ),
    message(
        "writing-length",
        (
            "The script takes about {seconds} seconds to say; {wanted} were asked for.",
            "Models count badly. What is too long is cut at a sentence; what is too short stays as it is.",
            "Read the script, and lengthen or shorten it; another seed writes another one.",
        ),
        (
            "脚本念完约需 {seconds} 秒，而要求是 {wanted} 秒。",
            "模型不善于计数。过长的会在句末截断，过短的保持原样。",
            "请阅读脚本并加长或缩短；更换种子会得到另一份脚本。",
        ),
        level="warning",
    ),
)
