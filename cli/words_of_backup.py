"""The words of backups and restores, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
BACKUP: Mapping[str, tuple[str, str]] = {
    "backup-done": (
        "backed up to {folder}: the ledger, the settings and {files:# file|# files}, {kilobytes} kB",
        "已备份到 {folder}：账本、设置和 {files} 个文件，共 {kilobytes} kB",
    ),
    "backup-missing": (
        "NOT in it, since they are missing or damaged in the store: {number:# file|# files}, such as {first}",
        "未包含 {number} 个在存储中缺失或损坏的文件，例如 {first}",
    ),
    "backup-private": (
        "It holds people's files and the settings' passwords: keep it where only operators can read it.",
        "其中含有人员文件和设置中的密码：请存放在只有管理员可读的位置。",
    ),
    "restore-settings": (
        "the settings of the backup are in {file} now",
        "备份中的设置已放入 {file}",
    ),
    "restore-done": ("restored as of {taken}", "已恢复到 {taken} 的状态"),
    "restore-aside": (
        "the ledger that was there is kept as {place}",
        "原有账本保留为 {place}",
    ),
    "restore-archived": (
        (
            "archive: {archived:# film was|# films were} archived since; {entered:# was|# were} entered "
            "whose jobs the backup "
            "did not know"
        ),
        "归档：此后归档的影片 {archived} 部；补录备份中没有的任务的影片 {entered} 部",
    ),
    "restore-store": (
        (
            "store: {adopted:# file|# files} adopted that were made since, {lost} gone; "
            "{remade:# film makes again what it misses|# films make again what they miss}"
        ),
        "存储：收录此后生成的文件 {adopted} 个，缺失 {lost} 个；{remade} 部影片将补做缺失部分",
    ),
    "restore-again": (
        "{steps:# step that was under way waits|# steps that were under way wait} in the line again",
        "{steps} 个进行中的步骤重新排队",
    ),
    "restore-people": (
        (
            "{people:# person|# people} forgotten and {consents:# consent|# consents} ended once more, as "
            "they were since the backup"
        ),
        "按备份之后的操作，再次遗忘 {people} 人，再次终止 {consents} 份授权",
    ),
    "restore-orders": (
        (
            "orders: {inputs:# input was|# inputs were} given since the backup, and {finished} finished "
            "films lie in the "
            "store and not in the archive; nobody knows more of what was ordered since"
        ),
        (
            "订单：备份之后收到输入文件 {inputs} 个，存储中有 {finished} 部已完成但未归档的影片；"
            "此后的其他订单无从得知"
        ),
    ),
    "restore-told-most": (
        (
            "SOME MAY BE MISSING who were forgotten or took a consent back since {taken}: the store's "
            "register is lost, and the archive does not know what was done while it was away. Go through "
            "your requests since then, and do again what is missing with `lectern forget` and `withdraw`, "
            "before the farm goes up."
        ),
        (
            "{taken} 之后被遗忘或撤回授权的人可能有遗漏：存储中的登记簿已丢失，"
            "而归档不可用期间的操作未记入归档。请在启动农场之前核对此后收到的请求，"
            "用 `lectern forget` 和 `withdraw` 补做缺失的处理。"
        ),
    ),
    "restore-told-nothing": (
        (
            "NOBODY CAN TELL who was forgotten or took a consent back since {taken}: neither store, "
            "archive nor this home has the register. Do it again with `lectern forget` and "
            "`withdraw` before the farm goes up."
        ),
        (
            "无法得知 {taken} 之后谁被遗忘、谁撤回了授权：存储、归档和本主目录中都没有登记簿。"
            "请在启动农场之前用 `lectern forget` 和 `withdraw` 重新处理。"
        ),
    ),
    "restore-next": (
        (
            "Batches submitted since the backup may be missing: submit them again; what is archived is not "
            "made twice. Then: lectern up"
        ),
        "备份之后提交的批次可能缺失：请重新提交，已归档的影片不会重复制作。然后运行：lectern up",
    ),
    "rebuild-done": (
        "a new ledger knows {films:# film|# films} of the archive",
        "新账本已收录归档中的 {films} 部影片",
    ),
    "rebuild-next": (
        (
            "Submit again what was not archived; rows whose films are there come to them. People's profiles, "
            "departments' words and pronunciations have to be given again."
        ),
        (
            "请重新提交尚未归档的内容；已有影片的行会直接对应到这些影片。"
            "人员档案、各部门的词语和读音需要重新录入。"
        ),
    ),
}
