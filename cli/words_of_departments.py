"""Words about departments and their quotas."""

from __future__ import annotations

from collections.abc import Mapping

DEPARTMENTS: Mapping[str, tuple[str, str]] = {
    "department": ("DEPARTMENT", "部门"),
    "department-weight": ("WEIGHT", "权重"),
    "department-priority": ("HIGHEST PRIORITY", "最高优先级"),
    "department-urgent": ("URGENT", "可加急"),
    "department-films": ("FILMS TODAY", "今日影片"),
    "department-held": ("HELD", "等待配额"),
    "department-running": ("UNDER WAY", "进行中"),
    "department-card-hours": ("CARD HOURS TODAY", "今日设备小时"),
    "department-window": ("WINDOW", "时段"),
    "department-each-member": ("EACH MEMBER", "每个成员"),
    "department-of-members": (
        "films a day: {films}; under way at once: {running}; card hours a day: {hours}",
        "每日影片：{films}；同时进行：{running}；每日设备小时：{hours}",
    ),
    "department-store": ("STORE (GB)", "存储（GB）"),
    "department-retention": ("SOURCES", "源文件"),
    "department-kept": ("kept", "一直保留"),
    "department-kept-days": (
        "kept for {days:# day|# days} after a film is archived or canceled",
        "影片归档或取消后保留 {days} 天",
    ),
    "department-let-go": (
        "removed once a film is archived or canceled",
        "影片归档或取消后即删除",
    ),
    "department-words": ("WORDS", "禁用词"),
    "department-stopwords": (
        "{number} that its scripts may not hold: lectern words list --department {name}",
        "脚本中禁用 {number} 个：lectern words list --department {name}",
    ),
    "department-none": ("none", "无"),
    "department-used-of": ("{used} of {limit}", "{used} / {limit}"),
    "department-with-grants": (
        ", {granted} more on grants; left of grants: {left}",
        "，另用额度 {granted}；额度剩余：{left}",
    ),
    "department-grant": ("GRANT", "额度"),
    "department-begun": ("BEGUN", "已开始"),
    "department-until": ("UNTIL", "截止"),
    "department-by": ("BY", "授予人"),
    "department-member": ("MEMBER", "成员"),
    "department-next-day": (
        "The quota's next day begins at {moment}.",
        "配额的下一日从 {moment} 开始。",
    ),
    "department-added": ("The department {name} is there.", "已添加部门 {name}。"),
    "department-pool-empty": (
        "No worker is in the pool {pool} now. Is the name right? ([worker] pools)",
        "池 {pool} 中现在没有工作进程。名称是否正确？（[worker] pools）",
    ),
    "department-set": ("The department {name} is set, from now on:", "已设置部门 {name}，立即生效："),
    "department-as-before": ("The department {name} was so already.", "部门 {name} 原本就是如此。"),
    "department-changed": ("- {right}: {before} → {after}", "- {right}：{before} → {after}"),
    "department-released": (
        "Films that waited for the quota, which lets them begin now: {films}.",
        "原先等待配额、现在获准开始的影片：{films} 部。",
    ),
    "department-keeps": (
        (
            "Films that were submitted before keep their urgency, priority, pool and window: "
            "`lectern set --department {name}` changes them."
        ),
        "此前提交的影片保留原有的紧急程度、优先级、池和时段：可用 `lectern set --department {name}` 更改。",
    ),
    "department-beyond": (
        "Films under way that keep more than it may have now: {films}.",
        "进行中的影片里，仍保留超出现有权限设置的：{films} 部。",
    ),
    "department-granted": (
        "Films that {name} may have made beyond its quota, until {until}: {films}.",
        "{name} 在 {until} 之前可在配额之外制作影片 {films} 部。",
    ),
    "department-still-held": (
        "Films of {name} that still wait for the quota: {films}.",
        "{name} 仍在等待配额的影片：{films} 部。",
    ),
    "department-held-by-members": (
        (
            "They wait for the limit of each member, which a grant does not raise: "
            "lectern departments set {name} --member-films N"
        ),
        ("它们等待的是每个成员的限额，授予额度不会提高它：lectern departments set {name} --member-films N"),
    ),
    "limit-store": (
        (
            "{name} may have {limit} MB in the store: {used} MB are there, {new} MB come with what these "
            "films are made from, and their clips and films on top of that."
        ),
        "{name} 的存储上限为 {limit} MB：已占 {used} MB，这些影片的源文件占 {new} MB，片段和成片另计。",
    ),
    "limit-store-will": (
        (
            "{name} may have {limit} MB in the store: {used} MB are there, and about {needed} MB come with "
            "these films, by an estimate with all that is made of them."
        ),
        "{name} 的存储上限为 {limit} MB：已占 {used} MB，这些影片连同片段和成片估计需要约 {needed} MB。",
    ),
    "limit-store-beyond": (
        (
            "They are made all the same; after that nothing more is taken for {name} until it has room: "
            "`lectern departments set {name} --store-gb N` or `--retention`."
        ),
        (
            "这些影片仍会制作完成，但此后在腾出空间之前不再接受 {name} 的提交："
            "`lectern departments set {name} --store-gb N` 或 `--retention`。"
        ),
    ),
    "verb-quota-begins": ("let it begin on the quota", "按配额开始"),
    "verb-department-added": ("added a department", "添加部门"),
    "verb-department-set": ("changed a department", "设置部门"),
    "verb-department-grant": ("granted films", "授予额度"),
    "verb-department-removed": ("removed a department", "删除部门"),
    "quota-of": ("the quota of {name}", "{name} 的配额"),
    "quota-of-members": ("the quota of each member of {name}", "{name} 每个成员的配额"),
    "quota-holds": (
        (
            "By {whose} ({limit} a day) {begin:none of these films|1 of these films|# of these films} may "
            "begin today; {held:1 is held until|# are held, the last of them until} {last}."
        ),
        "按 {whose}（每日 {limit} 部），其中 {begin} 部今日可以开始；{held} 部等待，最后一部等到 {last}。",
    ),
    "quota-holds-forever": (
        (
            "By {whose} ({limit} a day) {begin:none of these films|1 of these films|# of these films} may "
            "begin today; {held:1 is held, and never begins|# are held, and some of them never begin} "
            "as it is."
        ),
        (
            "按 {whose}（每日 {limit} 部），其中 {begin} 部今日可以开始；{held} 部等待；"
            "按目前的配额，有些永远不会开始。"
        ),
    ),
    "quota-waits": (
        "Waiting for a quota: {films}; the last until {last}.",
        "等待配额：{films} 部；最后一部等到 {last}。",
    ),
    "quota-waits-forever": (
        "Waiting for a quota: {films}; as things are, some of them never begin.",
        "等待配额：{films} 部；按目前的配额，其中有些永远不会开始。",
    ),
    "quota-raise": (
        (
            "Who runs the farm can let them begin: "
            "lectern departments grant {name} --films {held} --until {until}"
        ),
        "农场管理员可以让它们现在开始：lectern departments grant {name} --films {held} --until {until}",
    ),
    "quota-raise-members": (
        "Who runs the farm can raise it: lectern departments set {name} --member-films N",
        "农场管理员可以提高该配额：lectern departments set {name} --member-films N",
    ),
    "limit-quota": (
        (
            "Films of {department} that wait for its quota: {films}; the next day begins at {until}. "
            "`lectern departments grant {department} --films N --until TIME` lets more begin."
        ),
        (
            "{department} 等待配额的影片：{films} 部；下一日从 {until} 开始。"
            "`lectern departments grant {department} --films N --until 时间` 可让更多影片开始。"
        ),
    ),
    "limit-member-quota": (
        (
            "Films of {department} whose members have begun as many as each may: {films}; the next day "
            "begins at {until}. `lectern departments set {department} --member-films N` lets more begin."
        ),
        (
            "{department} 中因成员已用完各自限额而等待的影片：{films} 部；下一日从 {until} 开始。"
            "`lectern departments set {department} --member-films N` 可让更多影片开始。"
        ),
    ),
    "limit-running": (
        "{department} has as many films under way as it may: no further one begins until one is done.",
        "{department} 同时进行的影片已达上限：有影片完成之前不会开始新的影片。",
    ),
    "limit-card-hours": (
        "{department} has used up its card hours: nothing of it is rendered until {until}.",
        "{department} 的设备小时已用完：{until} 之前不会渲染其影片。",
    ),
    "waiting-quota": ("held for the quota until {begins}", "等待配额，至 {begins}"),
    "department-no-limit": ("any number", "不限"),
    "department-removed": ("The department {name} is gone.", "已删除部门 {name}。"),
}
