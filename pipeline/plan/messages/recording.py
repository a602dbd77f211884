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
        "recording-cut-off",
        (
            "The recording breaks off: {per_cent} per cent of its file is missing at the end.",
            "The file says itself how long it is; a copy or download that was interrupted ends too early.",
            "Copy the original once more. If all that you need is heard in it, save it anew as WAV.",
        ),
        (
            "录音在中途断开：文件末尾缺少 {per_cent}%。",
            "文件自身记录了完整长度；复制或下载中断会使其提前结束。",
            "请重新复制原始文件；如果播放时所需内容都能听到，请另存为 WAV。",
        ),
    ),
    message(
        "recording-end-open",
        (
            "The recording may break off: its file does not end as files of its kind do.",
            "It does not tell how long it should be, but its last part is cut or not marked as the last.",
            "Listen to its end. If words are missing there, copy the original once more.",
        ),
        (
            "录音可能在中途断开：文件没有正常的结尾。",
            "文件未记录应有的长度，但其最后一段不完整，或未标记为结尾。",
            "请听一听录音的结尾；如果缺少内容，请重新复制原始文件。",
        ),
        "warning",
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
    message(
        "recording-no-speech",
        (
            "Nobody speaks in the recording.",
            "It holds music, noise or silence, but nothing that sounds like speech: no mouth would move.",
            "Check that the file is the recording that you mean. A voice far from the microphone is lost.",
        ),
        (
            "录音中没有人说话。",
            "其中只有音乐、噪声或静音，没有像说话的声音，口型不会有任何动作。",
            "请确认所填的正是您要用的录音；离麦克风太远的人声可能无法识别。",
        ),
    ),
    message(
        "recording-no-pauses",
        (
            (
                "Nobody pauses in the recording for long: it had to be cut within speech, {count} times, "
                "first at {at}."
            ),
            (
                "Films are made in parts of 15 seconds at most; where two meet, the mouth is closed for a "
                "quarter of a second."
            ),
            "Nothing has to be done. If it is seen, record again with a short stop after each sentence.",
        ),
        (
            "录音中停顿过少，有 {count} 处只能在说话途中切分，第一处在 {at}。",
            "影片由不超过 15 秒的片段组成，两段相接处口型会闭合约四分之一秒。",
            "可以不作处理；如果看得出来，请重新录制，每句话之后稍作停顿。",
        ),
        "warning",
    ),
    message(
        "recording-no-ear",
        (
            "The film has no captions, since nobody here understands speech.",
            (
                "Words of a recording are found by speech recognition; without a model it is rendered from "
                "its sound alone."
            ),
            (
                "For captions, add a Whisper model with `lectern models add`, name it in [ear] model, and "
                "have the film made again."
            ),
        ),
        (
            "影片没有字幕，因为这里没有语音识别。",
            "录音中的文字需要由语音识别模型得出；没有模型时仅根据声音渲染。",
            "如需字幕，请用 `lectern models add` 添加 Whisper 模型，填入 [ear] model，再重新制作该影片。",
        ),
        "warning",
    ),
    message(
        "recording-no-words",
        (
            "Speech was not understood {count} times, first at {at}; it has no captions there.",
            (
                "What speech recognition made of it repeats itself, is a guess, or is nothing at "
                "all: better none than wrong ones."
            ),
            "Listen to it there. A larger model, the row's language, or a script beside the recording helps.",
        ),
        (
            "有 {count} 处说话未能识别，第一处在 {at}，这些地方没有字幕。",
            "语音识别模型给出的结果重复、可疑或为空：宁可没有字幕，也不要错误的字幕。",
            "请回听该处；换用更大的模型、在该行填写语言或同时提供脚本会有所帮助。",
        ),
        "warning",
    ),
    message(
        "recording-script-other",
        (
            "Only {per_cent} per cent of the script's words were found in the recording.",
            (
                "Captions show the script, timed by what was understood; so much is missing if somebody says "
                "something else, or speaks another language."
            ),
            "Check that script, recording and language belong together, or leave the script out.",
        ),
        (
            "脚本中只有 {per_cent}% 的词在录音中找到。",
            "字幕显示的是脚本，时间由识别结果确定；缺失这么多，说明所说内容不同，或说的是另一种语言。",
            "请确认脚本、录音和语言彼此对应，或去掉脚本。",
        ),
        "warning",
    ),
    message(
        "recording-not-cleaned",
        (
            "The recording was not cleaned of noise.",
            (
                "The noise of a room is learnt where nobody speaks for half a second but something is heard; "
                "there is no such place."
            ),
            "Leave audio.denoise out, or record again with a second of silence before the first word.",
        ),
        (
            "录音未进行降噪。",
            "环境噪声要从至少半秒无人说话、但能听到环境声的地方学习，而录音中没有这样的地方。",
            "请去掉 audio.denoise，或重新录制，在开口前留一秒安静。",
        ),
        "warning",
    ),
)
