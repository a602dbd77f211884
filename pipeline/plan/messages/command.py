"""Messages of the command room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="command-unexpected",
        level="error",
        en=Text(
            what="Something happened that Lectern did not expect ({error}).",
            why="This is a fault of Lectern, not of what you gave it.",
            cure="The details stand in {log}; please report them with what you did. Jobs in the farm go on.",
        ),
        zh=Text(
            what="发生了 Lectern 未预料到的情况（{error}）。",
            why="这是 Lectern 自身的缺陷，与您提供的内容无关。",
            cure="详情见 {log}；请连同您的操作一起报告。农场中的任务会继续进行。",
        ),
    ),
    Message(
        code="command-nothing-said",
        level="error",
        en=Text(
            what="Nothing tells what is said in the film.",
            why="A film has the words of a script, or the sound of a recording.",
            cure="Name a text file with --script, a recording with --audio, or both: then the recording is "
            "heard, and its captions are the script's words.",
        ),
        zh=Text(
            what="没有说明影片中要说的内容。",
            why="影片需要脚本的文字，或一段录音的声音。",
            cure="请用 --script 指定文本文件，或用 --audio 指定录音；两者都给时播放录音，字幕用脚本的文字。",
        ),
    ),
    Message(
        code="command-batch-refused",
        level="error",
        en=Text(
            what="{bad} of {rows} rows cannot be made as they are. Nothing was queued.",
            why="A batch is queued whole or not at all, so that no half of it has to be hunted for later.",
            cure="Mend the rows named above and submit again; --skip-invalid leaves them out (left: {good}).",
        ),
        zh=Text(
            what="{rows} 行中有 {bad} 行无法按现状制作。未提交任何任务。",
            why="一个批次要么整体入队，要么完全不入队，以免之后再去寻找遗漏的一半。",
            cure="请修正上面列出的行后重新提交；若只提交其余 {good} 行，请加 --skip-invalid。",
        ),
    ),
    Message(
        code="command-batch-doubtful",
        level="error",
        en=Text(
            what="Every row can be made, but the header cannot be left as it is. Nothing was queued.",
            why="With --strict, a column that nothing uses refuses the batch.",
            cure="Mend the header as told above, or submit without --strict.",
        ),
        zh=Text(
            what="每一行都可以制作，但表头不能保持现状。未提交任何任务。",
            why="使用 --strict 时，没有用到的列会使整个批次被拒绝。",
            cure="请按上面的提示修正表头，或不使用 --strict 提交。",
        ),
    ),
    Message(
        code="command-manifest-unusable",
        level="error",
        en=Text(
            what="{name} cannot be used as it is. Nothing was queued.",
            why="Something is wrong that concerns the file as a whole, or what holds for every row of it.",
            cure="Begin with what stands above without the number of a row. A manifest is a CSV, Excel or "
            "JSON Lines file with columns such as id, script and portrait: one row for each film.",
        ),
        zh=Text(
            what="{name} 按现状不能使用。未提交任何任务。",
            why="整个文件，或对所有行都有效的设置有误。",
            cure="请先处理上面没有行号的问题。"
            "清单是 CSV、Excel 或 JSON Lines 文件，有 id、script 等列，每部影片一行。",
        ),
    ),
    Message(
        code="command-batch-hopeless",
        level="error",
        en=Text(
            what="No film can be made of this manifest as it is. Nothing was queued.",
            why="Each row has at least one error, or the header has, so there is nothing to make.",
            cure="Mend what is named above and submit again.",
        ),
        zh=Text(
            what="这份清单按现状无法制作任何影片。未提交任何任务。",
            why="每一行都至少有一个错误，或表头有误，因此没有可制作的内容。",
            cure="请修正上面列出的问题后重新提交。",
        ),
    ),
    Message(
        code="command-nothing-submitted",
        level="error",
        en=Text(
            what="Nothing was submitted to this farm yet.",
            why="There is no batch to watch.",
            cure="`lectern submit MANIFEST` makes one. LECTERN_HOME or LECTERN_LEDGER__URL names another.",
        ),
        zh=Text(
            what="尚未向此农场提交任何内容。",
            why="没有可以查看的批次。",
            cure="`lectern submit 清单` 会提交一个。用 LECTERN_HOME 或 LECTERN_LEDGER__URL 选择其他农场。",
        ),
    ),
    Message(
        code="command-file-unreadable",
        level="error",
        en=Text(
            what="{path} cannot be read: {reason}.",
            why="The file does not exist, is a folder, or may not be read by you.",
            cure="Check the path and its permissions.",
        ),
        zh=Text(
            what="无法读取 {path}：{reason}。",
            why="文件不存在、是一个文件夹，或您没有读取权限。",
            cure="请检查路径及其权限。",
        ),
    ),
    Message(
        code="command-output-input",
        level="error",
        en=Text(
            what="{path} is what the film is made from, and a file of the film would take its place.",
            why="Files beside a film bear its name: .srt, .vtt, .jpg, .json, and .txt for what was heard.",
            cure="Give the film another name, or another folder.",
        ),
        zh=Text(
            what="{path} 是制作影片所用的文件，而影片的一个文件会取代它。",
            why="影片旁的文件与影片同名：.srt、.vtt、.jpg、.json，以及写有录音内容的 .txt。",
            cure="请为影片换一个名称或文件夹。",
        ),
    ),
    Message(
        code="command-output-exists",
        level="error",
        en=Text(
            what="{path} exists already and was left as it is.",
            why="What was made before is never overwritten without being asked for.",
            cure="Choose another name, or add --force to replace it.",
        ),
        zh=Text(
            what="{path} 已存在，未作改动。",
            why="未经明确要求，不会覆盖之前生成的文件。",
            cure="请另取名称，或加 --force 替换它。",
        ),
    ),
    Message(
        code="command-output-nowhere",
        level="error",
        en=Text(
            what="{path} cannot be written: there is no folder {folder}.",
            why="A film is written into a folder that is there; a mistyped path makes no new one.",
            cure="Make the folder, or choose another.",
        ),
        zh=Text(
            what="无法写入 {path}：文件夹 {folder} 不存在。",
            why="影片只写入已存在的文件夹；写错的路径不会生成新文件夹。",
            cure="请创建该文件夹，或另选一个。",
        ),
    ),
    Message(
        code="command-output-forbidden",
        level="error",
        en=Text(
            what="{path} cannot be written: you may not write into the folder {folder}.",
            why="Its permissions keep you from it, or its disk can only be read.",
            cure="Choose a folder that you may write to.",
        ),
        zh=Text(
            what="无法写入 {path}：您无权写入文件夹 {folder}。",
            why="权限不允许，或该磁盘为只读。",
            cure="请选择您可以写入的文件夹。",
        ),
    ),
    Message(
        code="command-output-unwritable",
        level="error",
        en=Text(
            what="{path} cannot be written: {reason}.",
            why="Its disk is full or failing, or the folder was removed meanwhile.",
            cure="Make room, or choose a folder on another disk.",
        ),
        zh=Text(
            what="无法写入 {path}：{reason}。",
            why="磁盘已满或有故障，或该文件夹在此期间被移走。",
            cure="请清理空间，或选择其他磁盘上的文件夹。",
        ),
    ),
    Message(
        code="command-output-suffix",
        level="error",
        en=Text(
            what="{path} does not end in .mp4.",
            why="Films are MP4 files, and some players go by the name alone.",
            cure="Give the film a name that ends in .mp4.",
        ),
        zh=Text(
            what="{path} 不以 .mp4 结尾。",
            why="影片是 MP4 文件，有些播放器只看文件名。",
            cure="请给影片取一个以 .mp4 结尾的名称。",
        ),
    ),
    Message(
        code="command-sound-suffix",
        level="error",
        en=Text(
            what="{path} does not end in .wav.",
            why="What is spoken is written as a WAV file.",
            cure="Give the sound a name that ends in .wav.",
        ),
        zh=Text(
            what="{path} 不以 .wav 结尾。",
            why="朗读内容写成 WAV 文件。",
            cure="请给声音文件取一个以 .wav 结尾的名称。",
        ),
    ),
    Message(
        code="command-python-version",
        level="error",
        en=Text(
            what="This is Python {version}.",
            why="Parts of Lectern are built for Python 3.11 and 3.12 alone.",
            cure="Make its environment with Python 3.11 or 3.12.",
        ),
        zh=Text(
            what="当前是 Python {version}。",
            why="Lectern 的部分组件只为 Python 3.11 和 3.12 构建。",
            cure="请用 Python 3.11 或 3.12 创建其环境。",
        ),
    ),
    Message(
        code="command-store-tight",
        level="warning",
        en=Text(
            what="Only {free_mb} MB are free at {place}.",
            why="Clips and films are kept in the store, about 1 MB for five seconds of film.",
            cure="Make room, run `lectern gc`, or move the store ([store] root).",
        ),
        zh=Text(
            what="{place} 仅剩 {free_mb} MB 可用空间。",
            why="片段和影片都保存在存储中，每五秒影片约占 1 MB。",
            cure="请清理空间、运行 `lectern gc`，或移动存储（[store] root）。",
        ),
    ),
    Message(
        code="command-level-unknown",
        level="error",
        en=Text(
            what="“{level}” is no level of log lines.",
            why="Each line has one of a few levels, and those are shown that are as grave or graver.",
            cure="Choose one of these: {known}.",
        ),
        zh=Text(
            what="“{level}”不是日志级别。",
            why="每行日志都有固定的级别之一，显示该级别及更严重的日志。",
            cure="请选择以下之一：{known}。",
        ),
    ),
)
