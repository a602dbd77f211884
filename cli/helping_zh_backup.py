"""The help of backups and restores in simplified Chinese; a part of `cli.helping_zh`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.helping_zh.CHINESE`.
BACKUP: Mapping[str, str] = {
    (
        "Back up the ledger, the settings, people's voices, portraits and consents, and the inputs of open "
        "work."
    ): "备份账本、设置、人员的声音、肖像和授权，以及未完成工作的输入文件。",
    (
        "Safe beside a working farm. Films are not in it: they lie in the archive. It holds passwords that "
        "stand in the settings, and people's files: keep it where only operators can read it."
    ): (
        "可在农场工作时进行。不包含影片：影片在归档中。其中含有设置里的密码和人员文件：请存放在只有管理员"
        "可读的位置。"
    ),
    "A folder that is not there yet.": "尚不存在的文件夹。",
    "Put a backup in place and have it agree with what became of store and archive since.": (
        "恢复备份，并使其与此后的存储和归档保持一致。"
    ),
    (
        "The farm has to be down on every host. What was finished since the backup is found and not made "
        "again, what is gone is made again, and whoever was forgotten since stays forgotten."
    ): (
        "所有主机上的农场必须已停止。备份之后完成的内容会被找到，不会重做；缺失的会补做；此后被遗忘的人仍被"
        "遗忘。"
    ),
    "What `lectern backup` made.": "由 `lectern backup` 生成的文件夹。",
    "Put the ledger aside that is there, instead of refusing.": "将现有账本移到一旁，而不是拒绝。",
    "The store or the archive is lost for good; may be repeated.": "存储或归档已彻底丢失；可重复使用。",
    "Make a ledger from the archive alone, when there is no backup.": "没有备份时，仅凭归档重建账本。",
    (
        "Its films are known again, and rows that are submitted again come to them. Whatever was not "
        "archived, and profiles, departments and words, have to be given again."
    ): (
        "归档中的影片会被重新收录，再次提交的行会直接对应到这些影片。未归档的内容，以及人员档案、部门和词语"
        "需要重新录入。"
    ),
    "From the manifests of the archive's films.": "依据归档中影片的清单文件。",
}
