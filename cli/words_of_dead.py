"""Words about what failed for good, and about what people did."""

from __future__ import annotations

from collections.abc import Mapping

DEAD: Mapping[str, tuple[str, str]] = {
    "tries": ("TRIES", "次数"),
    "ended": ("ENDED", "结束时间"),
    "started": ("STARTED", "开始时间"),
    "device": ("DEVICE", "设备"),
    "error-head": ("ERROR", "错误"),
    "dead-none": ("No film failed for good.", "没有最终失败的影片。"),
    "dead-none-such": (
        "Nothing failed for good in that way; `lectern dead list` shows what did.",
        "没有符合条件的失败影片；`lectern dead list` 可查看全部。",
    ),
    "dead-more": (
        "There are more: only the newest {most} are listed; --most shows others.",
        "仅列出最新的 {most} 条；用 --most 查看更多。",
    ),
    "dead-code": ("{code} ({number:# film|# films}): {cure}", "{code}（{number} 部影片）：{cure}"),
    "dead-next": (
        (
            "`lectern dead show JOB` tells more. Once it is mended, `lectern dead requeue JOB` tries again, "
            "or `lectern dead requeue --all --error CODE`; `lectern dead discard` gives up."
        ),
        (
            "`lectern dead show 任务` 查看详情。解决之后用 `lectern dead requeue 任务` 或 "
            "`lectern dead requeue --all --error 代码` 重试；`lectern dead discard` 放弃。"
        ),
    ),
    "dead-title": ("{row} (job {job}): {stage}", "{row}（任务 {job}）：{stage}"),
    "dead-title-chunk": ("{row} (job {job}): {stage} {chunk}", "{row}（任务 {job}）：{stage} {chunk}"),
    "dead-row": ("ROW", "行"),
    "dead-row-of": ("{row} of {manifest} (batch {batch})", "{manifest} 的 {row}（批次 {batch}）"),
    "dead-place": ("FAILED AT", "失败位置"),
    "dead-sentence": ("sentence {sentence} of {of}", "第 {sentence} 句，共 {of} 句"),
    "dead-silence": (
        "the silence after sentence {sentence} of {of}",
        "第 {sentence} 句之后的停顿，共 {of} 句",
    ),
    "dead-head": ("the silence before the first sentence", "第一句之前的停顿"),
    "dead-line": ("line {line} of the script", "脚本第 {line} 行"),
    "dead-second": ("{span} into the film", "影片开始后 {span}"),
    "dead-said": ("SENTENCE", "句子"),
    "dead-comma": (", ", "，"),
    "dead-script": ("SCRIPT", "脚本"),
    "dead-blamed": ("{file}: this is what the error is about", "{file}（错误与此有关）"),
    "dead-words": ("“{text}”", "“{text}”"),
    "dead-portrait": ("PORTRAIT", "人像"),
    "dead-recording": ("RECORDING", "录音"),
    "dead-of": ("{file}, of {name}", "{file}，属于 {name}"),
    "dead-options": ("OPTIONS", "选项"),
    "dead-rendered": ("RENDERED BY", "渲染方式"),
    "dead-text": ("What was to be said:", "要朗读的内容："),
    "dead-log": ("Last lines of its log:", "日志末尾："),
    "dead-do": (
        "Once it is mended: `lectern dead requeue {job}`; or `lectern dead discard {job} --reason ...`.",
        "解决之后：`lectern dead requeue {job}`；或 `lectern dead discard {job} --reason …`。",
    ),
    "at-once": ("AT A TIME", "每批帧数"),
    "frames-at-once": ("{number:# frame|# frames} at the most", "最多 {number} 帧"),
    "nothing-done": ("Nothing was changed: this was a dry run.", "这是试运行，未作任何更改。"),
    # What people did.
    "audit-at": ("WHEN", "时间"),
    "audit-by": ("WHO", "操作者"),
    "audit-verb": ("DID", "操作"),
    "audit-to": ("TO", "对象"),
    "audit-detail": ("DETAIL", "说明"),
    "audit-lifted": ("set by {before}", "此前由 {before} 设置"),
    "audit-replaced": ("instead of: {before}", "此前为 {before}"),
    "audit-none": ("Nobody has done anything yet.", "还没有任何操作记录。"),
    "audit-job": ("job {job}", "任务 {job}"),
    "audit-department": ("department {name}", "部门 {name}"),
    "audit-pool": ("pool {name}", "池 {name}"),
    "audit-window": ("window {name}", "时段 {name}"),
    "audit-worker": ("{name}", "{name}"),
    "audit-jobs": ("{number:# job|# jobs}: {jobs}", "{number} 个任务：{jobs}"),
    "verb-cancel": ("canceled", "取消"),
    "verb-pause": ("paused", "暂停"),
    "verb-resume": ("resumed", "恢复"),
    "verb-requeue": ("requeued", "重新排队"),
    # As it was called by earlier versions.
    "verb-retry": ("requeued", "重新排队"),
    "verb-discard": ("put away", "搁置"),
    "verb-pool-set": ("set a pool", "设置池"),
    "verb-replan": ("planned anew", "重新规划"),
    "verb-label-waived": ("waived the label", "免除标识"),
    "verb-worker-drain": ("drained", "排空"),
    "verb-worker-lock": ("locked", "锁定"),
    "verb-worker-unlock": ("unlocked", "解除锁定"),
    "verb-worker-clear": ("cleared", "清除失败记录"),
    "verb-stuck": ("found stuck", "发现卡死"),
    "verb-restored": ("restored", "恢复备份"),
    "verb-rebuilt": ("rebuilt", "重建"),
    "verb-interrupt": ("interrupted", "中断"),
    "verb-profile-added": ("added a profile", "添加人物资料"),
    "verb-profile-granted": ("lent a profile", "授权人物资料"),
    "verb-profile-removed": ("removed a profile", "移除人物资料"),
    "verb-consent-renewed": ("renewed a consent", "更新授权"),
    "verb-consent-withdrawn": ("withdrew a consent", "撤回授权"),
    "verb-forgotten": ("forgot a person", "删除人物"),
    "verb-words-added": ("forbade words", "添加禁用词"),
    "verb-words-removed": ("allowed words", "移除禁用词"),
    "verb-word-pronounced": ("taught a pronunciation", "添加读法"),
    "verb-word-forgotten": ("forgot a pronunciation", "移除读法"),
    "audit-batch": ("batch {batch}", "批次 {batch}"),
}
