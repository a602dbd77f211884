"""Messages of backups, and of what is restored from them."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="backup-folder-taken",
        level="error",
        en=Text(
            what="{folder} is there already, and is no empty folder.",
            why="A backup is a folder of its own; nothing is ever overwritten.",
            cure="Name a folder that is not there yet.",
        ),
        zh=Text(
            what="{folder} 已存在，且不是空文件夹。",
            why="每个备份单独占用一个文件夹，绝不覆盖已有内容。",
            cure="请指定一个尚不存在的文件夹。",
        ),
    ),
    Message(
        code="backup-full",
        level="error",
        en=Text(
            what="There is no room for the backup {folder}: {reason}.",
            why="A backup that is not whole is removed.",
            cure="Make room, or name a folder on another disk.",
        ),
        zh=Text(
            what="备份 {folder} 的空间不足：{reason}。",
            why="不完整的备份会被删除。",
            cure="请腾出空间，或指定其他磁盘上的文件夹。",
        ),
    ),
    Message(
        code="backup-away",
        level="error",
        en=Text(
            what="The backup {folder} cannot be written: {reason}.",
            why="A backup that is not whole is removed.",
            cure="Check the folder's disk and rights, or name another one.",
        ),
        zh=Text(
            what="无法写入备份 {folder}：{reason}。",
            why="不完整的备份会被删除。",
            cure="请检查该文件夹所在的磁盘和权限，或指定其他文件夹。",
        ),
    ),
    Message(
        code="backup-failed",
        level="error",
        en=Text(
            what="The backup {folder} failed: {reason}.",
            why="A backup that is not whole is removed.",
            cure="Try again; if it fails again, look into the disk's health.",
        ),
        zh=Text(
            what="备份 {folder} 失败：{reason}。",
            why="不完整的备份会被删除。",
            cure="请重试；若再次失败，请检查磁盘状况。",
        ),
    ),
    Message(
        code="backup-no-tools",
        level="error",
        en=Text(
            what="PostgreSQL's program {program} of version {version} or newer was not found.",
            why="A ledger in PostgreSQL is copied by PostgreSQL's own programs, which must not be older than "
            "the server.",
            cure="Install PostgreSQL's client programs of the server's version, such as "
            "postgresql-client-{version}, and have {program} on the PATH.",
        ),
        zh=Text(
            what="找不到 {version} 或更高版本的 PostgreSQL 程序 {program}。",
            why="PostgreSQL 中的账本由 PostgreSQL 自带的程序复制，这些程序的版本不得低于服务器。",
            cure="请安装与服务器版本一致的 PostgreSQL 客户端程序，例如 postgresql-client-{version}，"
            "并确保 {program} 在 PATH 中。",
        ),
    ),
    Message(
        code="backup-ledger-failed",
        level="error",
        en=Text(
            what="PostgreSQL's program did not copy the ledger at {place}: {reason}.",
            why="It ended with an error; what it had begun is undone.",
            cure="Check the server, its disk and the rights of the ledger's user, and try again.",
        ),
        zh=Text(
            what="PostgreSQL 程序未能复制位于 {place} 的账本：{reason}。",
            why="程序出错退出；它已开始的操作已被撤销。",
            cure="请检查服务器、磁盘以及账本用户的权限，然后重试。",
        ),
    ),
    Message(
        code="backup-unknown",
        level="error",
        en=Text(
            what="{folder} is no backup of this version: its {index} is missing or cannot be read.",
            why="A backup gets its name when it is whole; a folder without an index is none.",
            cure="Name the folder that `lectern backup` made.",
        ),
        zh=Text(
            what="{folder} 不是此版本的备份：其中的 {index} 缺失或无法读取。",
            why="备份完整后才会获得名称；没有索引文件的文件夹不是备份。",
            cure="请指定由 `lectern backup` 生成、包含 {index} 的文件夹。",
        ),
    ),
    Message(
        code="backup-damaged",
        level="error",
        en=Text(
            what="{file} in the backup {folder} is missing or not what it was.",
            why="Every file of a backup is compared with its digest before anything is restored.",
            cure="Use another copy of the backup, or an older one. Nothing was changed.",
        ),
        zh=Text(
            what="备份 {folder} 中的 {file} 缺失或已损坏。",
            why="恢复之前，备份中的每个文件都会与其摘要比对。",
            cure="请使用该备份的其他副本，或更早的备份。没有任何改动。",
        ),
    ),
    Message(
        code="restore-farm-up",
        level="error",
        en=Text(
            what="The farm on {home} is up.",
            why="Nothing may change in a ledger while another one takes its place.",
            cure="End `lectern up` with Ctrl-C, on every host, and try again.",
        ),
        zh=Text(
            what="{home} 上的农场正在运行。",
            why="替换账本期间不允许任何改动。",
            cure="请在所有主机上按 Ctrl-C 结束 `lectern up`，然后重试。",
        ),
    ),
    Message(
        code="rebuild-from-what",
        level="error",
        en=Text(
            what="A ledger can be rebuilt from the archive alone.",
            why="There is no other place that tells of films.",
            cure="Run `lectern rebuild --from-archive`.",
        ),
        zh=Text(
            what="账本只能依据归档重建。",
            why="其他位置都没有影片的记录。",
            cure="请运行 `lectern rebuild --from-archive`。",
        ),
    ),
    Message(
        code="restore-ledger-there",
        level="error",
        en=Text(
            what="There is a ledger at {place} already.",
            why="A restore puts a ledger where none is; whatever is there may know more than the backup.",
            cure="If it is to go, use --replace: it is put aside, not deleted.",
        ),
        zh=Text(
            what="{place} 处已有账本。",
            why="恢复只在没有账本的位置进行；现有账本可能比备份更新。",
            cure="若确要替换，请使用 --replace：现有账本会被移到一旁，不会删除。",
        ),
    ),
    Message(
        code="restore-done-already",
        level="error",
        en=Text(
            what="The ledger at {place} was restored from this backup already.",
            why="All of it was done, and whatever was done in it since would be lost.",
            cure="Start the farm with `lectern up`. To begin anew from the backup, use --replace.",
        ),
        zh=Text(
            what="位于 {place} 的账本已从此备份恢复。",
            why="恢复已全部完成；若重来，此后的改动将会丢失。",
            cure="请用 `lectern up` 启动农场。若要从备份重新开始，请使用 --replace。",
        ),
    ),
    Message(
        code="restore-ledger-used",
        level="error",
        en=Text(
            what="Somebody works with the ledger at {place}.",
            why="Nothing may change in a ledger while another one takes its place.",
            cure="Stop the farm on every host, and every `lectern` command, and try again.",
        ),
        zh=Text(
            what="有进程正在使用位于 {place} 的账本。",
            why="替换账本期间不允许任何改动。",
            cure="请停止所有主机上的农场和所有 `lectern` 命令，然后重试。",
        ),
    ),
    Message(
        code="restore-other-database",
        level="error",
        en=Text(
            what="The backup is of a ledger in {found}; the settings name one in {wanted}.",
            why="A copy is put back into a database of the same kind.",
            cure="Set [ledger] url to a database of the backup's kind.",
        ),
        zh=Text(
            what="备份来自 {found} 中的账本，而设置指定的是 {wanted}。",
            why="副本只能放回同类数据库。",
            cure="请将 [ledger] url 设为与备份同类的数据库。",
        ),
    ),
    Message(
        code="restore-schema-new",
        level="error",
        en=Text(
            what="The ledger in the backup, {file}, has schema {found}, which this Lectern ({wanted}) does "
            "not know.",
            why="A newer version took the backup; an older one could damage it. Nothing was changed.",
            cure="Install the version that took the backup, which its backup.json tells, or a newer one.",
        ),
        zh=Text(
            what="备份中的账本 {file} 结构版本为 {found}，本版 Lectern（{wanted}）无法识别。",
            why="该备份由更新的版本生成；旧版本可能损坏其中的内容。没有任何改动。",
            cure="请安装生成该备份的版本（见备份中的 backup.json）或更高版本。",
        ),
    ),
    Message(
        code="restore-server-old",
        level="error",
        en=Text(
            what="The backup was taken of PostgreSQL {wanted}; the server at {place} is of version {found}.",
            why="An older server may not understand what a newer one wrote. Nothing was changed.",
            cure="Set [ledger] url to a server of version {wanted} or newer.",
        ),
        zh=Text(
            what="备份取自 PostgreSQL {wanted}，而 {place} 的服务器版本为 {found}。",
            why="旧版服务器可能无法理解新版写出的内容。没有任何改动。",
            cure="请将 [ledger] url 设为 {wanted} 或更高版本的服务器。",
        ),
    ),
    Message(
        code="restore-no-rights",
        level="error",
        en=Text(
            what="The ledger's user may not do at {place} what a restore has to: {reason}.",
            why="It puts the schema that is there aside and makes a new one. Nothing was changed.",
            cure="Let that user own the database, or name one in [ledger] url who does.",
        ),
        zh=Text(
            what="账本用户在 {place} 没有恢复所需的权限：{reason}。",
            why="恢复会将现有模式移到一旁并新建一个模式。没有任何改动。",
            cure="请让该用户成为数据库的所有者，或在 [ledger] url 中指定所有者。",
        ),
    ),
    Message(
        code="ledger-half-restored",
        level="error",
        en=Text(
            what="The ledger at {place} is half restored.",
            why="A restore or rebuild was broken off; until it is done, nothing may work with the ledger.",
            cure="Give the command that was broken off once more: it begins anew.",
        ),
        zh=Text(
            what="位于 {place} 的账本只恢复了一半。",
            why="恢复或重建中途被打断；完成之前，任何程序都不得使用该账本。",
            cure="请再次运行被打断的命令：它会重新开始。",
        ),
    ),
    Message(
        code="restore-store-other",
        level="error",
        en=Text(
            what="The store {store} is not the one that was there when the backup was taken.",
            why="A share that is not mounted looks like an empty store, and everything would be rendered "
            "again.",
            cure="Mount it, or correct [store] root. If it is lost for good, use --without store.",
        ),
        zh=Text(
            what="存储 {store} 不是备份时的那个存储。",
            why="未挂载的共享看起来就像空存储，所有内容都会重新渲染。",
            cure="请挂载它，或更正 [store] root。若已彻底丢失，请使用 --without store。",
        ),
    ),
    Message(
        code="restore-archive-other",
        level="error",
        en=Text(
            what="The archive {archive} is not the one that was there when the backup was taken.",
            why="Films that were archived since the backup are found in it, and are not published twice.",
            cure="Mount it, or correct [archive] root. If it is lost for good, use --without archive.",
        ),
        zh=Text(
            what="归档 {archive} 不是备份时的那个归档。",
            why="备份之后归档的影片要在其中查找，以免重复发布。",
            cure="请挂载它，或更正 [archive] root。若已彻底丢失，请使用 --without archive。",
        ),
    ),
    Message(
        code="ledger-restored",
        level="warning",
        en=Text(
            what="It was under way when the backup was taken that the ledger was restored from.",
            why="What came of it is not in the backup; it uses up no retry.",
            cure="Nothing is to be done: what it had finished is found again.",
        ),
        zh=Text(
            what="在恢复所用的备份生成时，它正在进行中。",
            why="备份中没有它的结果；这不计入重试次数。",
            cure="无需处理：已完成的部分会被重新找到。",
        ),
    ),
)
