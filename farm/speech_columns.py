"""The columns that say what is heard: a recording, and what is checked of a voice."""

from __future__ import annotations

from farm.column import Column, ColumnKind, Phrase

SPEECH_COLUMNS: tuple[Column, ...] = (
    Column(
        name="audio",
        kind=ColumnKind.PART,
        means=Phrase(
            en="a recording that the film is made from; a script beside it is what is said in it",
            zh="制作影片所用的录音；同一行的脚本即录音所说的内容",
        ),
        values=Phrase(
            en="a file beside the manifest: WAV, FLAC, MP3, M4A and others, or a video for its sound",
            zh="清单旁边的文件：WAV、FLAC、MP3、M4A 等，或取其声音的视频",
        ),
        empty=Phrase(en="the script is spoken", zh="由声音朗读脚本"),
        also="recording sound audio_file voiceover narration 录音 音频 旁白",
    ),
    Column(
        name="audio.denoise",
        kind=ColumnKind.OPTION,
        means=Phrase(en="whether a recording is cleaned of its room's noise", zh="是否为录音降噪"),
        values=Phrase(en="`yes` or `no`", zh="`yes` 或 `no`"),
        empty=Phrase(en="`no`", zh="`no`"),
        also="denoise 降噪",
    ),
    Column(
        name="check",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="of which sentences it is listened whether the voice says what the script says",
            zh="对哪些句子进行听写核对，确认声音说的与脚本一致",
        ),
        values=Phrase(en="`none`, `sample` or `all`", zh="`none`、`sample` 或 `all`"),
        empty=Phrase(en="the setting `[check] mode`, `none`", zh="设置项 `[check] mode`，`none`"),
        also="核对 检查",
    ),
    Column(
        name="check.failure",
        kind=ColumnKind.OPTION,
        means=Phrase(
            en="what becomes of a film with a sentence that no take says rightly",
            zh="某句始终读不对时如何处理影片",
        ),
        values=Phrase(en="`warn` or `stop`", zh="`warn` 或 `stop`"),
        empty=Phrase(en="the setting `[check] failure`, `warn`", zh="设置项 `[check] failure`，`warn`"),
    ),
)
