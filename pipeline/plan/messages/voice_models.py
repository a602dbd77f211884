"""Messages of the voice room about what a voice with a model cannot do."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "voice-speed-unheeded",
        (
            "{voice} speaks at its own speed; {speed} per cent changes nothing.",
            "A model speaks as fast as it was trained to, unless it can be told how fast.",
            "Leave the speed empty, or choose another voice.",
        ),
        (
            "{voice} 只能以自身语速朗读，{speed}% 不起作用。",
            "除非模型支持调节语速，否则只会按训练时的语速朗读。",
            "请将语速留空，或选择其他声音。",
        ),
        level="warning",
    ),
    message(
        "voice-pitch-unheeded",
        (
            "{voice} speaks at its own pitch; {pitch} per cent changes nothing.",
            "A model's voice is as high as it was trained to be.",
            "Leave the pitch empty, or choose a voice of espeak, which can be set.",
        ),
        (
            "{voice} 只能以自身音高朗读，{pitch}% 不起作用。",
            "模型的音高由训练决定。",
            "请将音高留空，或选择可调节音高的 espeak 声音。",
        ),
        level="warning",
    ),
    message(
        "voice-characters-left-out",
        (
            "{voice} cannot say these characters and leaves them out: {characters} ({count} in all).",
            "The model was trained on letters of its own alphabet, and knows no others.",
            "Write them in its letters, or choose a voice that speaks the language.",
        ),
        (
            "{voice} 不会读这些字符，会略去：{characters}（共 {count} 个）。",
            "该模型只认识训练时所用的字母表。",
            "请改用它认识的字母书写，或选择会说该语言的声音。",
        ),
        level="warning",
    ),
    message(
        "voice-characters-all",
        (
            "{voice} can say nothing of “{text}”.",
            "None of its characters is in the alphabet that the model was trained on.",
            "Choose a voice that speaks the language, or write the sentence in the model's letters.",
        ),
        (
            "{voice} 完全无法朗读“{text}”。",
            "其中没有一个字符属于该模型训练时所用的字母表。",
            "请选择会说该语言的声音，或用该模型认识的字母书写这句话。",
        ),
    ),
)
