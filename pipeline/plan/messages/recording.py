"""Messages about recordings that films are made from."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "recording-kind",
        (
            "The recording is none of {kinds}.",
            "These are read; a file is known by its content, whatever its name is.",
            "Save the recording as WAV or MP3, and name that file.",
        ),
        (
            "录音不属于 {kinds} 中的任何一种。",
            "只读取这些格式；文件类型由内容判定，与文件名无关。",
            "请将录音另存为 WAV 或 MP3，并填写该文件。",
        ),
    ),
    message(
        "recording-no-audio",
        (
            "There is no sound in the file.",
            "It is read without trouble, but holds pictures alone.",
            "Name the file with the sound; recorders of screens and meetings may have to be told to keep it.",
        ),
        (
            "文件中没有声音。",
            "文件可以读取，但其中只有画面。",
            "请填写带有声音的文件；录屏或会议软件可能需要先设置为保留声音。",
        ),
    ),
    message(
        "recording-unreadable",
        (
            "The recording cannot be read: {reason}",
            "It is not whole, or not what it seems to be; half of a recording would make half of a film.",
            "Play it to its end; if that works, save it anew as WAV. Else take a copy of the original.",
        ),
        (
            "无法读取录音：{reason}",
            "文件不完整，或与其表面类型不符；残缺的录音只能生成残缺的影片。",
            "请将其从头播放到尾；若能播放，请另存为 WAV，否则请使用原始文件的副本。",
        ),
    ),
    message(
        "recording-silent",
        (
            "Nothing can be heard in the recording.",
            "All of it stays below -60 dBFS: the microphone was off, or the two channels cancel each other.",
            "Choose the right input, speak a sentence, listen to it, and record again.",
        ),
        (
            "录音中没有任何可听见的声音。",
            "全程低于 -60 dBFS：麦克风可能未打开，或左右声道相互抵消。",
            "请选择正确的输入设备，先试录一句并回听，然后重新录制。",
        ),
    ),
    message(
        "recording-too-short",
        (
            "The recording lasts {ms} ms.",
            "A film of less than half a second shows nothing.",
            "Check that the file is the recording that you mean.",
        ),
        (
            "录音时长仅 {ms} 毫秒。",
            "不足半秒的影片没有内容可看。",
            "请确认所填的正是您要用的录音。",
        ),
    ),
    message(
        "recording-too-long",
        (
            "The recording is longer than {limit_s} seconds.",
            "So much is taken for one film, so that nobody holds up the others.",
            "Cut it into several recordings, a row each, or raise recording_seconds in [limits].",
        ),
        (
            "录音超过 {limit_s} 秒。",
            "单部影片的录音时长有上限，以免占用他人的资源。",
            "请将其切分为多段录音，每段一行；或在 [limits] 中提高 recording_seconds。",
        ),
    ),
    message(
        "recording-clipped",
        (
            "The recording is too loud for its format: {per_mille} of a thousand samples are cut off.",
            "What is louder than full scale is flattened for good when it is recorded, and sounds harsh.",
            "If you can, lower the microphone's gain by 6 dB or more and record again.",
        ),
        (
            "录音电平过高：每千个采样中有 {per_mille} 个被削波。",
            "超过满刻度的部分在录制时被削平，声音发刺，且无法恢复。",
            "如有条件，请将麦克风增益降低至少 6 dB 后重新录制。",
        ),
        "warning",
    ),
)
