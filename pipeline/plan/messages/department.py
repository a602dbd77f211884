"""Messages about departments: their names, rights, quotas and members."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_SETTINGS = (
    message(
        "quota-hour-wrong",
        (
            "[quota] day_begins is “{value}”, which is no time of day.",
            "The days that quotas count by begin at a time of 24 hours, to the minute.",
            'Write it as "12:00".',
        ),
        (
            "[quota] day_begins 的值“{value}”不是一天中的时间。",
            "配额所依据的“日”从某个时刻开始，采用 24 小时制，精确到分钟。",
            '请写成 "12:00" 的形式。',
        ),
    ),
    message(
        "quota-zone-unknown",
        (
            "There is no time zone “{zone}”.",
            "Zones have names of the IANA's database, a continent and a city with a slash between.",
            "Correct it, such as Asia/Shanghai, Europe/Berlin or UTC.",
        ),
        (
            "没有名为“{zone}”的时区。",
            "时区使用 IANA 数据库中的名称，即洲名和城市名，中间用斜杠分隔。",
            "请更正，例如 Asia/Shanghai、Europe/Berlin 或 UTC。",
        ),
    ),
    message(
        "quota-zone-untold",
        (
            "This machine does not say which time zone it is in: {reason}",
            "[quota] zone is empty, so that quotas count by days of the machine's own zone.",
            'Name one in [quota] zone, such as "Asia/Shanghai", for all machines of the farm alike.',
        ),
        (
            "无法得知本机所在的时区：{reason}",
            "[quota] zone 为空，因此配额按本机时区的日期计算。",
            '请在 [quota] zone 中指定时区，例如 "Asia/Shanghai"；农场的所有机器应保持一致。',
        ),
    ),
)

_COMMANDS = (
    message(
        "department-unknown",
        (
            "There is no department “{department}”.",
            "Departments are there once somebody has added them.",
            "Use one of these: {known}; or add it: lectern departments add NAME.",
        ),
        (
            "没有名为“{department}”的部门。",
            "部门需要先添加才能使用。",
            "请使用以下部门之一：{known}；或添加该部门：lectern departments add 名称。",
        ),
    ),
    message(
        "department-exists",
        (
            "There is a department of the name “{name}” already: {known}.",
            "Two departments whose names differ in case or width alone would be taken for each other.",
            "Choose another name, or change that one: lectern departments set {known}.",
        ),
        (
            "已经存在同名部门“{name}”：{known}。",
            "名称仅大小写或全角半角不同的两个部门容易混淆。",
            "请换一个名称，或修改已有的部门：lectern departments set {known}。",
        ),
    ),
    message(
        "department-name-wrong",
        (
            "“{name}” cannot be a department's name.",
            "Names stand in lists: they have 1 to 64 letters, digits, “_”, “.” and “-”, and no spaces.",
            "Choose such a name, like customer-service.",
        ),
        (
            "“{name}”不能作为部门名称。",
            "名称会出现在列表中：由 1 至 64 个文字、数字、“_”、“.”和“-”组成，不含空格。",
            "请换用这样的名称，例如 customer-service 或 市场部。",
        ),
    ),
    message(
        "department-number-wrong",
        (
            "{option} takes a number from {least} to {most}, not “{value}”.",
            "A department of weight 0 would never get anything, and films have numbers from -50 to 50.",
            "Correct it.",
        ),
        (
            "{option} 应为 {least} 到 {most} 之间的数字，而不是“{value}”。",
            "权重至少为 1，否则该部门永远得不到资源；影片的优先级在 -50 到 50 之间。",
            "请更正。",
        ),
    ),
    message(
        "department-limit-wrong",
        (
            "{option} takes a number from {least} to {most} or none, not “{value}”.",
            "No limit is negative; none is any number.",
            "Correct it, or write none.",
        ),
        (
            "{option} 应为 {least} 到 {most} 之间的数字或 none，而不是“{value}”。",
            "任何限额都不能为负数；none 表示不限。",
            "请更正，或填写 none。",
        ),
    ),
    message(
        "submit-store-limit",
        (
            (
                "{department} has no room for these films in the store: it has {used} MB of {limit} MB "
                "there, and what they are made from takes {new} MB more."
            ),
            "What its films are made from counts, their clips, and the films, as `lectern usage` tells.",
            (
                "Whoever runs the farm raises the limit: lectern departments set {department} --store-gb N. "
                "With --retention, sources of films that are over make room; `lectern gc` removes what no "
                "film needs any more."
            ),
        ),
        (
            (
                "{department} 的存储空间不足以容纳这些影片：上限 {limit} MB，已占 {used} MB，"
                "这些影片的源文件还需 {new} MB。"
            ),
            "计入的包括源文件、片段和成片，与 `lectern usage` 的统计一致。",
            (
                "农场管理员可提高上限：lectern departments set {department} --store-gb N。"
                "设置 --retention 可释放已结束影片的源文件，`lectern gc` 会删除影片不再需要的内容。"
            ),
        ),
    ),
    message(
        "department-retention-wrong",
        (
            "--retention is keep, never or days:N, not “{value}”.",
            "It says for how long sources are kept once their film is archived or canceled.",
            "Write keep, never, or days and a number from 1 to {most}, such as days:30.",
        ),
        (
            "--retention 应为 keep、never 或 days:N，而不是“{value}”。",
            "它表示影片归档或取消之后源文件保留多久：一直保留、不保留，或保留若干天。",
            "请填写 keep、never，或 days 加 1 到 {most} 的数字，例如 days:30。",
        ),
    ),
    message(
        "department-window-unknown",
        (
            "There is no window “{window}”.",
            "A department's jobs can wait for a window that was set up before.",
            "Name one of these: {known}; or set it up: `lectern windows add {window} 22:00-07:00`.",
        ),
        (
            "没有名为“{window}”的时段。",
            "部门的任务只能等待已设置好的时段。",
            "现有时段：{known}。请使用其中之一，或先添加：`lectern windows add {window} 22:00-07:00`。",
        ),
    ),
    message(
        "department-nothing-set",
        (
            "Nothing was named that is to be set.",
            "The command changes what its options name, and nothing else.",
            "Name something, such as --films 50; lectern departments set --help lists everything.",
        ),
        (
            "没有指定要设置的内容。",
            "该命令只修改选项中指定的内容。",
            "请指定选项，例如 --films 50；lectern departments set --help 列出了全部选项。",
        ),
    ),
    message(
        "department-grant-past",
        (
            "A grant for {name} cannot end in the past.",
            "What was not begun by its end lapses, so that nothing would come of it.",
            "Name a later time with --until.",
        ),
        (
            "给 {name} 的额度不能在过去的时间结束。",
            "到期仍未开始的额度会失效，因此这样的额度没有意义。",
            "请用 --until 指定将来的时间。",
        ),
    ),
    message(
        "department-moment-wrong",
        (
            "--until does not understand “{value}”.",
            "It takes a date, which counts to its end, or a date and a time, in the zone of [quota] zone.",
            "Write it as 2026-11-26 or as 2026-11-26T18:00.",
        ),
        (
            "--until 无法识别“{value}”。",
            "它接受日期（截至当日结束）或日期加时间，按 [quota] zone 的时区计算。",
            "请写成 2026-11-26 或 2026-11-26T18:00。",
        ),
    ),
    message(
        "department-in-use",
        (
            "The department {name} is in use.",
            "It has batches, words, pronunciations or profiles, which belong to nobody without it.",
            "Keep it. With lectern departments set {name} --films 0 nothing new is begun for it.",
        ),
        (
            "部门 {name} 正在使用中。",
            "它拥有批次、禁用词、读音或档案，删除后这些内容将无所归属。",
            "请保留该部门。使用 lectern departments set {name} --films 0 可使其不再开始新任务。",
        ),
    ),
    message(
        "department-needed",
        (
            "The department {name} cannot be removed.",
            "It is the one that is meant wherever nobody names any.",
            "Keep it. With lectern departments set {name} --films 0 nothing new is begun for it.",
        ),
        (
            "部门 {name} 不能删除。",
            "凡是没有指明部门的地方，都使用该部门。",
            "请保留该部门。使用 lectern departments set {name} --films 0 可使其不再开始新任务。",
        ),
    ),
)

_WAITS = (
    message(
        "quota-waits",
        (
            "It waits for its department's quota, and begins at {begins} as things are.",
            "A department has so many films a day; further ones begin in the order of their submission.",
            "Nothing has to be done; `lectern departments grant` lets more begin at once.",
        ),
        (
            "正在等待部门的配额，按目前情况将于 {begins} 开始。",
            "每个部门每日的影片数有限，超出的按提交顺序开始。",
            "无需任何操作；用 `lectern departments grant` 可让更多影片立即开始。",
        ),
        level="warning",
    ),
    message(
        "quota-waits-long",
        (
            "It waits for its department's quota, which lets it never begin as it is.",
            "The department, or each of its members, has a quota of no film a day.",
            "Have it raised with `lectern departments set`, or use `lectern departments grant`.",
        ),
        (
            "正在等待部门的配额；按目前的配额，它永远不会开始。",
            "该部门或其每个成员的每日配额为零。",
            "请用 `lectern departments set` 提高配额，或用 `lectern departments grant` 授予额度。",
        ),
        level="warning",
    ),
)

_MEMBERS = (
    message(
        "members-department-unknown",
        (
            "[members] of names a department “{department}” for {user} that does not exist.",
            "Whoever stands in it may submit for the departments beside the name alone.",
            "Correct the name (there are: {known}), or add it: `lectern departments add {department}`.",
        ),
        (
            "[members] of 为 {user} 写了不存在的部门“{department}”。",
            "列在其中的用户只能为名字旁的部门提交。",
            "请更正名称（现有：{known}），或添加：`lectern departments add {department}`。",
        ),
        level="warning",
    ),
    message(
        "members-wrong",
        (
            "[members] of holds “{part}”, which is no user with departments.",
            "It tells which users of the operating system may submit for which departments.",
            'Write it as "alice = marketing, bob = marketing training".',
        ),
        (
            "[members] of 中的“{part}”不是“用户 = 部门”的形式。",
            "它说明操作系统的哪些用户可以为哪些部门提交。",
            '请写成 "alice = marketing, bob = marketing training" 的形式。',
        ),
    ),
    message(
        "members-twice",
        (
            "[members] of names the user {user} twice.",
            "Each user stands there once, with all departments, so that nothing of it is overlooked.",
            "Put the departments of {user} together, with spaces between.",
        ),
        (
            "[members] of 中用户 {user} 出现了两次。",
            "每个用户只写一次，并列出其全部部门，以免遗漏。",
            "请把 {user} 的部门合并在一起，用空格分隔。",
        ),
    ),
    message(
        "submit-member-foreign",
        (
            "{user} is no member of the department {department}.",
            "[members] of in the farm's settings says who may submit for which department.",
            "Name one of {user}'s own ({own}), or ask whoever runs the farm to add {user} there.",
        ),
        (
            "{user} 不是部门 {department} 的成员。",
            "农场设置中的 [members] of 规定了谁可以为哪些部门提交。",
            "请改用 {user} 所属的部门（{own}），或请农场管理员在设置中添加 {user}。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (*_SETTINGS, *_COMMANDS, *_WAITS, *_MEMBERS)
