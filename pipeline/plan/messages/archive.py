"""Messages of the archive room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

_MARKER_WHY = (
    "A folder is the archive only while it carries its marker. A mount point without its mount has none, so "
    "films are never delivered to the wrong disk."
)
_MARKER_WHY_ZH = (
    "只有带有标记文件的目录才是归档目录。未挂载的挂载点没有标记，因此影片不会被写到错误的磁盘上。"
)

MESSAGES: tuple[Message, ...] = (
    Message(
        code="archive-unmarked",
        level="error",
        en=Text(
            what="{root} is no archive: it has no marker {marker}.",
            why=_MARKER_WHY,
            cure="Mount it if it is a share; if it was never made an archive, `lectern archive init` does "
            "it. Films wait.",
        ),
        zh=Text(
            what="{root} 不是归档目录：缺少标记文件 {marker}。",
            why=_MARKER_WHY_ZH,
            cure="若它是网络共享，请先挂载；若从未设为归档目录，请运行 `lectern archive init`。"
            "影片会等待，不会丢失。",
        ),
    ),
    Message(
        code="archive-marker-damaged",
        level="error",
        en=Text(
            what="The marker {marker} of the archive {root} is damaged.",
            why=_MARKER_WHY,
            cure="Check the disk, delete the marker, and run `lectern archive init`. Films wait.",
        ),
        zh=Text(
            what="归档目录 {root} 的标记文件 {marker} 已损坏。",
            why=_MARKER_WHY_ZH,
            cure="请检查磁盘，删除该标记文件，再运行 `lectern archive init`。影片会等待，不会丢失。",
        ),
    ),
    Message(
        code="archive-exchanged",
        level="error",
        en=Text(
            what="Another archive came to lie at {root} while a film was being delivered.",
            why="A share was mounted or unmounted in that moment; each archive's marker bears its own name.",
            cure="Nothing has to be done: the film waits and is delivered again.",
        ),
        zh=Text(
            what="交付影片期间，{root} 处换成了另一个归档目录。",
            why="当时恰好挂载或卸载了共享；每个归档目录的标记都有自己的编号。",
            cure="无需任何操作：影片会等待并重新交付。",
        ),
    ),
    Message(
        code="archive-away",
        level="error",
        en=Text(
            what="The archive {root} cannot be reached: {reason}.",
            why="Its disk or server does not answer, or does not let you read or write there.",
            cure="Check the mount, the network and the folder's permissions. Films wait.",
        ),
        zh=Text(
            what="无法访问归档目录 {root}：{reason}。",
            why="它的磁盘或服务器没有响应，或不允许读写。",
            cure="请检查挂载、网络和该目录的权限。影片会等待，不会丢失。",
        ),
    ),
    Message(
        code="archive-stuck",
        level="error",
        en=Text(
            what="The archive {root} hangs: nothing has moved for {seconds} s.",
            why="A share whose server does not answer holds whoever touches it. The process that did was "
            "given up; rendering goes on, and nothing else waits for the archive.",
            cure="Check its server and the network; a mount that stays dead may have to be unmounted "
            "(`umount -l`) and mounted again. Films wait, and are delivered by themselves.",
        ),
        zh=Text(
            what="归档目录 {root} 没有响应：{seconds} 秒内没有任何进展。",
            why="服务器没有响应的网络共享会卡住访问它的进程。该进程已被放弃；"
            "渲染照常进行，其他工作不受影响。",
            cure="请检查服务器和网络；若挂载点一直无响应，可能需要卸载（`umount -l`）后重新挂载。"
            "影片会等待并自动归档。",
        ),
    ),
    Message(
        code="archive-helper-lost",
        level="error",
        en=Text(
            what="The process that works on the archive {root} ended in the middle of it ({reason}).",
            why="Somebody ended it, such as the system for lack of memory.",
            cure="It is tried again by itself. If it goes on, look into the system's log.",
        ),
        zh=Text(
            what="处理归档目录 {root} 的进程在中途终止（{reason}）。",
            why="它被外部终止，例如系统内存不足。",
            cure="系统会自动重试。如果一直出现，请查看系统日志。",
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
            cure="系统会自动重试。如果一直出现，说明归档磁盘或网络有故障。",
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
