"""The words of the operator's verbs, in English and simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping

VERBS: Mapping[str, tuple[str, str]] = {
    "done-hold": ("Held {number:# job|# jobs}: {jobs}", "已保留 {number} 个：{jobs}"),
    "done-release": ("Released {number:# job|# jobs}: {jobs}", "已放行 {number} 个：{jobs}"),
    "done-pause": ("Paused {number:# job|# jobs}: {jobs}", "已暂停 {number} 个：{jobs}"),
    "done-resume": ("Resumed {number:# job|# jobs}: {jobs}", "已继续 {number} 个：{jobs}"),
    "done-interrupt": ("Stopped at once {number:# job|# jobs}: {jobs}", "已立即停止 {number} 个：{jobs}"),
    "done-cancel": ("Canceled {number:# job|# jobs}: {jobs}", "已取消 {number} 个：{jobs}"),
    "done-requeue": ("Queued again {number:# job|# jobs}: {jobs}", "已重新排队 {number} 个：{jobs}"),
    "done-discard": ("Put away {number:# job|# jobs}: {jobs}", "已搁置 {number} 个：{jobs}"),
    "done-set": ("Set {number:# job|# jobs}: {jobs}", "已设置 {number} 个：{jobs}"),
    "done-start-after": ("Delayed {number:# job|# jobs}: {jobs}", "已设为等待 {number} 个：{jobs}"),
    "done-start-now": ("No longer delayed {number:# job|# jobs}: {jobs}", "已取消等待 {number} 个：{jobs}"),
    "would-hold": ("Would hold {number:# job|# jobs}: {jobs}", "将保留 {number} 个：{jobs}"),
    "would-release": ("Would release {number:# job|# jobs}: {jobs}", "将放行 {number} 个：{jobs}"),
    "would-pause": ("Would pause {number:# job|# jobs}: {jobs}", "将暂停 {number} 个：{jobs}"),
    "would-resume": ("Would resume {number:# job|# jobs}: {jobs}", "将继续 {number} 个：{jobs}"),
    "would-interrupt": ("Would stop at once {number:# job|# jobs}: {jobs}", "将立即停止 {number} 个：{jobs}"),
    "would-cancel": ("Would cancel {number:# job|# jobs}: {jobs}", "将取消 {number} 个：{jobs}"),
    "would-requeue": ("Would queue again {number:# job|# jobs}: {jobs}", "将重新排队 {number} 个：{jobs}"),
    "would-discard": ("Would put away {number:# job|# jobs}: {jobs}", "将搁置 {number} 个：{jobs}"),
    "would-set": ("Would set {number:# job|# jobs}: {jobs}", "将设置 {number} 个：{jobs}"),
    "would-start-after": ("Would delay {number:# job|# jobs}: {jobs}", "将设为等待 {number} 个：{jobs}"),
    "would-start-now": (
        "Would no longer delay {number:# job|# jobs}: {jobs}",
        "将取消等待 {number} 个：{jobs}",
    ),
    "done-back": (
        (
            "Back where {number:it stood before its deadline moved it|they stood before their deadlines "
            "moved them} forward ({number:# job|# jobs}): {jobs}"
        ),
        "已恢复到因截止时间提前之前的位置（{number} 个）：{jobs}",
    ),
    "would-back": (
        (
            "Would be back where {number:it stood before its deadline moved it|they stood before their "
            "deadlines moved them} forward ({number:# job|# jobs}): {jobs}"
        ),
        "将恢复到因截止时间提前之前的位置（{number} 个）：{jobs}",
    ),
    # Why some are left as they are.
    "unchanged-queued": (
        (
            "Left as {number:it is, since it is queued|they are, since they are queued} ({number:# job|# "
            "jobs}): {jobs}"
        ),
        "正在排队，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-active": (
        (
            "Left as {number:it is, since it is being made|they are, since they are being made} ({number:# "
            "job|# jobs}): {jobs}"
        ),
        "正在制作，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-completed": (
        (
            "Left as {number:it is, since it is|they are, since they are} finished ({number:# job|# "
            "jobs}): {jobs}"
        ),
        "已完成，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-failed": (
        "Left as {number:it is, since it failed|they are, since they failed} ({number:# job|# jobs}): {jobs}",
        "已失败，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-canceled": (
        (
            "Left as {number:it is, since it was canceled|they are, since they were canceled} ({number:# "
            "job|# jobs}): {jobs}"
        ),
        "已取消，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-review": (
        (
            "Left as {number:it is, since it waits for a review|they are, since they wait for a review} "
            "({number:# job|# jobs}): {jobs}"
        ),
        "正在等待审核，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-begun": (
        (
            "Left as {number:it is, since it has begun|they are, since they have begun} ({number:# job|# "
            "jobs}): {jobs}; that is for `pause` and `resume`."
        ),
        "已经开始，保持原样（{number} 个）：{jobs}；请用 `pause` 和 `resume`。",
    ),
    "unchanged-paused": (
        (
            "Left as {number:it is, since it is|they are, since they are} paused "
            "({number:# job|# jobs}): {jobs}; that is for `resume`."
        ),
        "已暂停，保持原样（{number} 个）：{jobs}；请用 `resume`。",
    ),
    "unchanged-free": (
        (
            "Left as {number:it is, since nothing of the kind keeps it|they are, since nothing of the kind "
            "keeps them} ({number:# job|# jobs}): {jobs}"
        ),
        "没有此类限制，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-same": (
        (
            "Left as {number:it is, since it is so already|they are, since they are so already} ({number:# "
            "job|# jobs}): {jobs}"
        ),
        "已是如此，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-forgotten": (
        (
            "Left as {number:it is, since a person in it was forgotten|they are, since a person in them "
            "was forgotten} ({number:# job|# jobs}): {jobs}"
        ),
        "其中的人物已被删除，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-sources": (
        (
            "Left as {number:it is, since its sources are gone; submit it|they are, since their sources "
            "are gone; submit them} again first ({number:# job|# jobs}): {jobs}"
        ),
        "源文件已不在，保持原样；请先重新提交（{number} 个）：{jobs}",
    ),
    "unchanged-right": (
        (
            "Left as {number:it is, since its department may not have that|they are, since their "
            "departments may not have that} ({number:# job|# jobs}): {jobs}"
        ),
        "所属部门无此权限，保持原样（{number} 个）：{jobs}",
    ),
    "unchanged-none": ("There are no such jobs.", "没有这样的任务。"),
    # Departments and pools as a whole.
    "stop-department": ("the department {name}", "部门 {name} "),
    "stop-pool": ("the pool {name}", "池 {name} "),
    "stop-hold": ("No new film of {whom} begins {until}.", "{whom}不再开始新的影片，{until}。"),
    "stop-hold-dry": ("No new film of {whom} would begin {until}.", "{whom}将不再开始新的影片，{until}。"),
    "stop-pause": (
        "Nothing of {whom} begins {until}; clips that are being made are finished.",
        "{whom}不再开始任何内容，{until}；正在制作的片段会做完。",
    ),
    "stop-interrupt": (
        "Nothing of {whom} begins {until}; clips that are being made are given up.",
        "{whom}不再开始任何内容，{until}；正在制作的片段会放弃。",
    ),
    "stop-pause-dry": ("Nothing of {whom} would begin {until}.", "{whom}将不再开始任何内容，{until}。"),
    "stop-lifted-hold": (
        "The hold of {whom} is lifted: {by} had held it on {since}{reason}.",
        "已解除{whom}的保留：此前由 {by} 于 {since} 保留{reason}。",
    ),
    "stop-lifted-hold-dry": (
        "The hold of {whom} would be lifted: {by} held it on {since}{reason}.",
        "将解除{whom}的保留：由 {by} 于 {since} 保留{reason}。",
    ),
    "stop-lifted-pause": (
        "The pause of {whom} is lifted: {by} had paused it on {since}{reason}.",
        "已解除{whom}的暂停：此前由 {by} 于 {since} 暂停{reason}。",
    ),
    "stop-lifted-pause-dry": (
        "The pause of {whom} would be lifted: {by} paused it on {since}{reason}.",
        "将解除{whom}的暂停：由 {by} 于 {since} 暂停{reason}。",
    ),
    "stop-free": ("{name} was not stopped.", "{name} 未被停止。"),
    "stop-films": ("Its films that are still to be made: {films}.", "尚待制作的影片：{films} 部。"),
    "stop-open": ("until somebody lets it", "直到有人放行"),
    "stop-until": ("until {time}", "直到 {time}"),
    "stop-reason": (" ({reason})", "（{reason}）"),
    "stop-stands-hold": (
        "No new film of {whom} begins {until}: {by} held it on {since}{reason}. `{command}` ends that.",
        "{whom}不再开始新的影片，{until}：{by} 于 {since} 保留{reason}。用 `{command}` 解除。",
    ),
    "stop-stands-pause": (
        "Nothing of {whom} begins {until}: {by} paused it on {since}{reason}. `{command}` ends that.",
        "{whom}不再开始任何内容，{until}：{by} 于 {since} 暂停{reason}。用 `{command}` 解除。",
    ),
    "stop-waits-hold": (
        "held, since {whom} is held {until} by {by}{reason}; `{command}` ends that",
        "因{whom}被 {by} 保留而等待，{until}{reason}；用 `{command}` 解除",
    ),
    "stop-waits-pause": (
        "held, since {whom} is paused {until} by {by}{reason}; `{command}` ends that",
        "因{whom}被 {by} 暂停而等待，{until}{reason}；用 `{command}` 解除",
    ),
    # Why a job waits.
    "waiting-held-by": (
        "held by {by} since {since}, {until}{reason}; `lectern release {job}` lets it begin",
        "由 {by} 于 {since} 保留，{until}{reason}；用 `lectern release {job}` 放行",
    ),
    "waiting-paused-by": (
        "paused by {by} since {since}, {until}{reason}; `lectern resume {job}` lets it go on",
        "由 {by} 于 {since} 暂停，{until}{reason}；用 `lectern resume {job}` 继续",
    ),
    "waiting-start-after": (
        "made to wait by {by}, {until}{reason}; `lectern start-after now {job}` ends that",
        "由 {by} 设为等待，{until}{reason}；用 `lectern start-after now {job}` 取消",
    ),
    # As the audit calls them.
    "verb-hold": ("held", "保留"),
    "verb-release": ("released", "放行"),
    "verb-set": ("set", "设置"),
    "verb-start-after": ("made to wait", "设定开始时间"),
}
