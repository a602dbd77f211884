"""Messages of the store room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="store-full",
        level="error",
        en=Text(
            what="The store has no room left ({reason}).",
            why="Clips, films and sources are kept in the store; nothing can be written to it any more.",
            cure="Free space on the disk or the share that holds the store, or raise its quota; the work "
            "waits and goes on by itself.",
        ),
        zh=Text(
            what="存储空间已满（{reason}）。",
            why="片段、成片和源文件都保存在存储中；现在已无法再写入。",
            cure="请在存储所在的磁盘或共享上腾出空间，或提高配额；任务会等待，之后自动继续。",
        ),
    ),
    Message(
        code="store-away",
        level="error",
        en=Text(
            what="The store cannot be reached ({reason}).",
            why="The folder that holds clips, films and sources does not answer, is not mounted, or may not "
            "be written.",
            cure="Check that the store's folder ([store] root) is mounted and writable for Lectern; the work "
            "waits and goes on by itself.",
        ),
        zh=Text(
            what="无法访问存储（{reason}）。",
            why="存放片段、成片和源文件的文件夹没有响应、未挂载或不可写。",
            cure="请检查存储文件夹（[store] root）是否已挂载并允许 Lectern 写入；任务会等待，之后自动继续。",
        ),
    ),
    Message(
        code="store-failed",
        level="error",
        en=Text(
            what="Reading or writing the store failed ({reason}).",
            why="The disk or the share that holds the store reported an error for one file.",
            cure="The step is tried again by itself; if it keeps failing, check the disk or the share.",
        ),
        zh=Text(
            what="读写存储失败（{reason}）。",
            why="存储所在的磁盘或共享在处理某个文件时报告了错误。",
            cure="该步骤会自动重试；如果一直失败，请检查磁盘或共享。",
        ),
    ),
    Message(
        code="store-artifact-missing",
        level="error",
        en=Text(
            what="A file of kind {kind} is missing from the store (key {key}).",
            why="The ledger knows this file, but it is not where it was put.",
            cure="The step that made it runs again by itself; a missing source has to be submitted again.",
        ),
        zh=Text(
            what="存储中缺少一个 {kind} 类型的文件（键 {key}）。",
            why="账本中有此文件的记录，但它已不在原来的位置。",
            cure="生成它的步骤会自动重新运行；如果缺少的是源文件，请重新提交。",
        ),
    ),
    Message(
        code="store-artifact-damaged",
        level="error",
        en=Text(
            what="A file of kind {kind} in the store is not what it was when it was put there (key {key}).",
            why="Its size or its digest differs from what the ledger remembers.",
            cure="The step that made it runs again by itself; a damaged source has to be submitted again. If "
            "it happens often, check the disk.",
        ),
        zh=Text(
            what="存储中一个 {kind} 类型的文件与存入时不一致（键 {key}）。",
            why="它的大小或摘要与账本的记录不同。",
            cure="生成它的步骤会自动重新运行；如果损坏的是源文件，请重新提交。若经常发生，请检查磁盘。",
        ),
    ),
    Message(
        code="job-sources-gone",
        level="error",
        en=Text(
            what="Job {job} cannot be made again: what it was made from is not in the store any more.",
            why="Its department keeps sources only for a while after a film is archived or canceled "
            "(--retention), or they were lost.",
            cure="Submit the same manifest again, which brings its sources back, then requeue the job; or "
            "submit it with --again as a new batch.",
        ),
        zh=Text(
            what="任务 {job} 无法重新制作：它所用的源文件已不在存储中。",
            why="其部门在影片归档或取消后只保留源文件一段时间（--retention），或者源文件已丢失。",
            cure="请重新提交同一清单以恢复源文件，然后重新排队该任务；或用 --again 作为新批次提交。",
        ),
    ),
    Message(
        code="store-source-unreadable",
        level="error",
        en=Text(
            what="The file {name} cannot be read ({reason}).",
            why="It does not exist, may not be read, or is no ordinary file.",
            cure="Check its name and its permissions.",
        ),
        zh=Text(
            what="无法读取文件 {name}（{reason}）。",
            why="它不存在、没有读取权限，或者不是普通文件。",
            cure="请检查文件名和权限。",
        ),
    ),
    Message(
        code="store-source-large",
        level="error",
        en=Text(
            what="The file {name} is larger than {limit_bytes} bytes.",
            why="Files above the limit are refused before anything is queued.",
            cure="Give a smaller file, or have the operator raise the limit in [limits].",
        ),
        zh=Text(
            what="文件 {name} 超过 {limit_bytes} 字节。",
            why="超过上限的文件会在排队之前被拒绝。",
            cure="请提供更小的文件，或请管理员在 [limits] 中提高上限。",
        ),
    ),
)
