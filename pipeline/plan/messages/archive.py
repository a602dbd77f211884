"""Messages of the archive room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="archive-away",
        level="error",
        en=Text(
            what="The archive {root} cannot be reached: {reason}.",
            why="A folder is the archive only while it carries its marker and can be written. A mount point "
            "without its mount has no marker, so films are never delivered to the wrong disk.",
            cure="Mount it, or make a new folder an archive with `lectern archive init`. Films wait.",
        ),
        zh=Text(
            what="无法访问归档目录 {root}：{reason}。",
            why="只有带有标记文件且可写的目录才是归档目录。未挂载的挂载点没有标记，因此影片不会被写到错误的磁盘上。",
            cure="请挂载它，或用 `lectern archive init` 把新目录设为归档目录。影片会等待，不会丢失。",
        ),
    ),
    Message(
        code="archive-full",
        level="error",
        en=Text(
            what="The archive {root} is full: {reason}.",
            why="There is no room, or no quota, for another film.",
            cure="Make room. The films that wait are then delivered by themselves; none is rendered again.",
        ),
        zh=Text(
            what="归档目录 {root} 已满：{reason}。",
            why="磁盘空间或配额不足，放不下新的影片。",
            cure="请腾出空间。之后等待中的影片会自动归档，不会重新渲染。",
        ),
    ),
    Message(
        code="archive-failed",
        level="error",
        en=Text(
            what="A film could not be written to the archive: {reason}.",
            why="The file system reported an error in the middle of the work.",
            cure="It is tried again by itself. If it goes on, look at the archive's disk or server.",
        ),
        zh=Text(
            what="影片无法写入归档目录：{reason}。",
            why="文件系统在写入过程中报告了错误。",
            cure="系统会自动重试。如果一直出现，请检查归档磁盘或服务器。",
        ),
    ),
    Message(
        code="archive-copy-differs",
        level="error",
        en=Text(
            what="The copy of {name} in the archive is not what was written.",
            why="Every file is read back before it gets its name; this one came back changed.",
            cure="It is tried again by itself. If it goes on, the archive's disk or network is failing.",
        ),
        zh=Text(
            what="归档目录中 {name} 的副本与写入的内容不一致。",
            why="每个文件在命名之前都会被读回并比对；这个文件读回后发生了变化。",
            cure="系统会自动重试。如果一直出现，说明归档磁盘、内存或网络有故障。",
        ),
    ),
    Message(
        code="archive-name-taken",
        level="error",
        en=Text(
            what="Another file already lies in the archive as {name}.",
            why="Nothing in the archive is ever overwritten, and this file was not put there for this film.",
            cure="Move that file away, then retry the job; nothing is rendered again.",
        ),
        zh=Text(
            what="归档目录中已有另一个文件 {name}。",
            why="归档目录中的文件绝不会被覆盖，而这个文件并不属于这部影片。",
            cure="请移走该文件，然后重试该任务；不会重新渲染。",
        ),
    ),
)
