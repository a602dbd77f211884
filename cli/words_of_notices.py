"""Words about notices: what other programs are told."""

from __future__ import annotations

from collections.abc import Mapping

NOTICES: Mapping[str, tuple[str, str]] = {
    "notice": ("NOTICE", "通知"),
    "notice-at": ("TIME", "时间"),
    "notice-event": ("EVENT", "事件"),
    "notice-of": ("OF", "对象"),
    "notice-to": ("TO", "接收方"),
    "notice-tries": ("TRIES", "次数"),
    "notice-try": ("TRY", "次序"),
    "notice-status": ("STATUS", "状态码"),
    "notice-detail": ("WHY NOT", "未成原因"),
    "notice-film": ("{row} (job {job})", "{row}（任务 {job}）"),
    "notice-batch": ("batch {batch}", "批次 {batch}"),
    "notice-due": ("due {at}", "将于 {at} 发送"),
    "notice-sent": ("taken", "已送达"),
    "notice-given_up": ("given up", "已放弃"),
    "notices-none": (
        "No notice is remembered. docs/notices.md says how other programs are told of films.",
        "没有通知记录。docs/notices.md 说明了如何把影片情况通知其他程序。",
    ),
    "notices-replayed": (
        "Notices that the dispatcher sends anew: {number}. `lectern notices list` shows how they fare.",
        "将由调度器重新发送的通知：{number} 条。`lectern notices list` 可查看结果。",
    ),
    "notices-none-given-up": ("No notice was given up.", "没有被放弃的通知。"),
    "notice-taken": ("It was taken: status {status}.", "对方已接收：状态码 {status}。"),
    "notice-at-place": ("{to}: {told}", "{to}：{told}"),
    "notice-refused": (
        "It was not taken: {detail}. docs/notices.md says what the other side has to answer.",
        "对方未接收：{detail}。docs/notices.md 说明了接收方应如何应答。",
    ),
    "notices-given-up": (
        (
            "{number:# notice was|# notices were} given up: `lectern notices list --given-up` shows why, "
            "`lectern notices replay --given-up` sends {number:it|them} anew."
        ),
        (
            "{number} 条通知已放弃发送：`lectern notices list --given-up` 查看原因，"
            "`lectern notices replay --given-up` 重新发送。"
        ),
    ),
    "verb-replay": ("sent a notice anew", "重新发送通知"),
}
