"""Messages of the media room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="media-ffmpeg-missing",
        level="error",
        en=Text(
            what="FFmpeg does not run ({place}).",
            why="Pictures and sound are encoded by FFmpeg. Lectern brings one through the imageio-ffmpeg "
            "package, or uses the one on PATH.",
            cure="Install it with `pip install imageio-ffmpeg`, or put an FFmpeg with libx264 and AAC on "
            "PATH.",
        ),
        zh=Text(
            what="FFmpeg 无法运行（{place}）。",
            why="画面和声音由 FFmpeg 编码。Lectern 使用 imageio-ffmpeg 自带的 FFmpeg，或 PATH 中的 FFmpeg。",
            cure="请运行 `pip install imageio-ffmpeg`，或在 PATH 中放置带有 libx264 和 AAC 的 FFmpeg。",
        ),
    ),
    Message(
        code="media-failed",
        level="error",
        en=Text(
            what="FFmpeg failed: {reason}",
            why="FFmpeg ended with an error; its last words are shown.",
            cure="The step is tried again by itself. If it keeps failing, `lectern doctor` tests FFmpeg, "
            "and the log of the attempt holds more.",
        ),
        zh=Text(
            what="FFmpeg 运行失败：{reason}",
            why="FFmpeg 以错误结束，上面是它最后的输出。",
            cure="该步骤会自动重试。如果一直失败，请用 `lectern doctor` 检查 FFmpeg，并查看该次尝试的日志。",
        ),
    ),
    Message(
        code="media-time",
        level="error",
        en=Text(
            what="FFmpeg was stopped after {seconds} seconds.",
            why="One run of FFmpeg may take so long and no longer, so that nothing hangs for ever.",
            cure="The step is tried again by itself. If the film is very long or the machine very slow, "
            "raise ffmpeg_seconds in [limits].",
        ),
        zh=Text(
            what="FFmpeg 运行 {seconds} 秒后被终止。",
            why="为避免任务永久挂起，单次 FFmpeg 运行有时间上限。",
            cure="该步骤会自动重试。如果影片很长或机器很慢，请在 [limits] 中提高 ffmpeg_seconds。",
        ),
    ),
    Message(
        code="media-memory",
        level="error",
        en=Text(
            what="FFmpeg needed more than {memory_bytes} bytes of memory.",
            why="One run of FFmpeg may use so much memory and no more, so that it cannot take the machine "
            "down.",
            cure="The step is tried again by itself. For very large pictures, raise ffmpeg_memory_bytes in "
            "[limits].",
        ),
        zh=Text(
            what="FFmpeg 需要的内存超过 {memory_bytes} 字节。",
            why="为避免拖垮整台机器，单次 FFmpeg 运行有内存上限。",
            cure="该步骤会自动重试。如果画面很大，请在 [limits] 中提高 ffmpeg_memory_bytes。",
        ),
    ),
    Message(
        code="media-disk-full",
        level="error",
        en=Text(
            what="FFmpeg had no room left to write.",
            why="The disk or the share that holds the store is full.",
            cure="Free space, or raise the quota; the work waits and goes on by itself.",
        ),
        zh=Text(
            what="FFmpeg 写入时磁盘空间不足。",
            why="存储所在的磁盘或共享已满。",
            cure="请腾出空间或提高配额；任务会等待，之后自动继续。",
        ),
    ),
    Message(
        code="media-unreadable",
        level="error",
        en=Text(
            what="A clip or a sound track of Lectern's own cannot be read ({reason}).",
            why="The file is not whole, or the disk reported an error.",
            cure="The step is tried again by itself; if it keeps failing, check the disk or the share.",
        ),
        zh=Text(
            what="无法读取 Lectern 自己生成的片段或音轨（{reason}）。",
            why="文件不完整，或磁盘报告了错误。",
            cure="该步骤会自动重试；如果一直失败，请检查磁盘或共享。",
        ),
    ),
    Message(
        code="media-frames-wrong",
        level="error",
        en=Text(
            what="The face engine gave a wrong frame (number {frame} of {total}).",
            why="An engine promises an exact number of frames of an exact size; this one broke its promise.",
            cure="Please report this with the name and the version of the engine; another engine may do "
            "meanwhile.",
        ),
        zh=Text(
            what="人脸引擎给出了错误的帧（第 {frame} 帧，共 {total} 帧）。",
            why="引擎保证帧数和尺寸都准确无误，而此引擎没有做到。",
            cure="请附上引擎名称和版本向我们报告；在此期间可改用其他引擎。",
        ),
    ),
    Message(
        code="media-encoder-missing",
        level="error",
        en=Text(
            what="The encoder {encoder} does not work here.",
            why="The setting [encoder] codec names it. It was tried with a few pictures and did not make a "
            "clip of them: there is no card, it has no such encoder, or its driver is too old.",
            cure="Set [encoder] codec to auto, which takes it where it works, or mend the driver.",
        ),
        zh=Text(
            what="编码器 {encoder} 在此处无法使用。",
            why="设置项 [encoder] codec 指定了它；用几帧画面试编码未能成功：可能没有显卡、显卡不带该编码器，"
            "或驱动、FFmpeg 版本过旧。",
            cure="请将 [encoder] codec 设为 auto（可用时自动采用），或修复驱动。",
        ),
    ),
    Message(
        code="media-clip-wrong",
        level="error",
        en=Text(
            what="A clip of {frames} frames did not come out as it should.",
            why="Every clip is checked after encoding: frames, times, size, colours and parameters. This "
            "one failed.",
            cure="The step is tried again by itself; if it keeps failing, use the FFmpeg that Lectern "
            "brings.",
        ),
        zh=Text(
            what="一个 {frames} 帧的片段编码结果不正确。",
            why="每个片段编码后都会检查帧数、时间、尺寸、颜色和参数，此片段未通过。",
            cure="该步骤会自动重试；如果一直失败，请使用 Lectern 自带的 FFmpeg。",
        ),
    ),
    Message(
        code="media-clip-foreign",
        level="error",
        en=Text(
            what="A {kind} does not belong into this film (key {key}).",
            why="Its size, frame rate, length or encoder parameters differ from those of the film's other "
            "clips, so that joining them would give a broken film.",
            cure="It is made again by itself; nothing has to be done.",
        ),
        zh=Text(
            what="一个 {kind} 不属于这部影片（键 {key}）。",
            why="它的尺寸、帧率、长度或编码参数与影片的其他片段不同，拼接后影片会损坏。",
            cure="它会自动重新生成，无需任何操作。",
        ),
    ),
    Message(
        code="media-sound-wrong",
        level="error",
        en=Text(
            what="A sound track of {samples} samples did not come out as it should.",
            why="The sound is checked after encoding: its length must be exactly that of the picture.",
            cure="The step is tried again by itself; if it keeps failing, use the FFmpeg that Lectern "
            "brings.",
        ),
        zh=Text(
            what="一条 {samples} 个采样的音轨编码结果不正确。",
            why="音轨编码后会检查，其长度必须与画面完全一致。",
            cure="该步骤会自动重试；如果一直失败，请使用 Lectern 自带的 FFmpeg。",
        ),
    ),
    Message(
        code="media-film-wrong",
        level="error",
        en=Text(
            what="The joined film is not the sum of its {clips} clips ({frames} frames).",
            why="After joining, frames, times, parameters and sound are compared with the clips; something "
            "differed, so the film was not kept.",
            cure="The step is tried again by itself; if it keeps failing, use the FFmpeg that Lectern "
            "brings and report it.",
        ),
        zh=Text(
            what="拼接后的影片与其 {clips} 个片段（{frames} 帧）的总和不一致。",
            why="拼接后会将帧数、时间、参数和声音与各片段比对；由于存在差异，影片未被保留。",
            cure="该步骤会自动重试；如果一直失败，请使用 Lectern 自带的 FFmpeg 并向我们报告。",
        ),
    ),
    Message(
        code="media-label-wrong",
        level="error",
        en=Text(
            what="The joined film does not carry its machine-readable label.",
            why="After joining, the label is read back by a reader of its own; it was missing or said "
            "something else, so the film was not kept.",
            cure="The step is tried again by itself; if it keeps failing, please report it.",
        ),
        zh=Text(
            what="拼接后的影片没有携带机器可读的 AI 标识。",
            why="拼接后会用独立的读取程序读回标识；标识缺失或内容不符，影片未被保留。",
            cure="该步骤会自动重试；如果一直失败，请向我们报告。",
        ),
    ),
    Message(
        code="media-film-other",
        level="error",
        en=Text(
            what="The joined film shows something else than its clips (frame {frame}).",
            why="After joining, pictures of the film are decoded and compared with what was drawn; one "
            "differed, so the film was not kept.",
            cure="The step is tried again by itself; if it keeps failing, check the disk or the share, and "
            "report it.",
        ),
        zh=Text(
            what="拼接后的影片与其片段显示的内容不同（第 {frame} 帧）。",
            why="拼接后会解码影片中的部分画面，并与绘制时的内容比对；由于存在差异，影片未被保留。",
            cure="该步骤会自动重试；如果一直失败，请检查磁盘或共享，并向我们报告。",
        ),
    ),
)
