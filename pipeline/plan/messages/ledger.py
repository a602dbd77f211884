"""Messages of the ledger room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text, message

MESSAGES: tuple[Message, ...] = (
    Message(
        code="ledger-url-wrong",
        level="error",
        en=Text(
            what="The ledger's address ([ledger] url) cannot be used.",
            why="The ledger lies in a SQLite file or in a PostgreSQL database, named by a URL.",
            cure="Leave it empty for a SQLite file in the home folder, or write sqlite:////path/to/file or "
            "postgresql+psycopg://user:password@host/name.",
        ),
        zh=Text(
            what="账本地址（[ledger] url）无法使用。",
            why="账本存放在 SQLite 文件或 PostgreSQL 数据库中，由 URL 指定。",
            cure="留空即可使用主目录中的 SQLite 文件，或写成 sqlite:////文件路径 或 "
            "postgresql+psycopg://用户:密码@主机/库名。",
        ),
    ),
    Message(
        code="ledger-clock-ahead",
        level="warning",
        en=Text(
            what="This machine's clock is {seconds} s ahead of the ledger's.",
            why="Windows, quotas, the expiry of a consent and waits go by the clocks of those who work: what "
            "is decided here comes early.",
            cure="Set the clock right, and have it kept so (NTP), here or on the ledger's server.",
        ),
        zh=Text(
            what="本机时钟比账本的时钟快 {seconds} 秒。",
            why="时段、配额、授权到期和等待时间都以各台机器的时钟为准，本机的决定会提前。",
            cure="请校准本机或账本服务器的时钟，并保持同步（NTP）。",
        ),
    ),
    Message(
        code="ledger-clock-behind",
        level="warning",
        en=Text(
            what="This machine's clock is {seconds} s behind the ledger's.",
            why="Windows, quotas, the expiry of a consent and waits go by the clocks of those who work: what "
            "is decided here comes late.",
            cure="Set the clock right, and have it kept so (NTP), here or on the ledger's server.",
        ),
        zh=Text(
            what="本机时钟比账本的时钟慢 {seconds} 秒。",
            why="时段、配额、授权到期和等待时间都以各台机器的时钟为准，本机的决定会推迟。",
            cure="请校准本机或账本服务器的时钟，并保持同步（NTP）。",
        ),
    ),
    Message(
        code="ledger-plain",
        level="warning",
        en=Text(
            what="The connection to the ledger at {place} is not encrypted.",
            why="Everything in the ledger can be read on the way, and changed.",
            cure="Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to [ledger] url, or see that nobody "
            "else is on that network.",
        ),
        zh=Text(
            what="与账本 {place} 的连接未加密。",
            why="途中可以读到并篡改账本中的一切。",
            cure="请在 [ledger] url 后加上 ?sslmode=verify-full&sslrootcert=/path/to/ca.pem，"
            "或确保该网络上没有他人。",
        ),
    ),
    Message(
        code="ledger-away",
        level="error",
        en=Text(
            what="The ledger at {place} cannot be reached: {reason}.",
            why="Its database does not answer, is not there, or was busy for too long. "
            "What was committed is safe.",
            cure="Check that the database runs and that its disk has room; workers wait and go on "
            "by themselves.",
        ),
        zh=Text(
            what="无法访问位于 {place} 的账本：{reason}。",
            why="数据库没有响应、不存在，或长时间处于繁忙状态。已提交的内容不会丢失。",
            cure="请检查数据库是否在运行、磁盘是否有空间；工作进程会等待并自动继续。",
        ),
    ),
    Message(
        code="ledger-on-network",
        level="error",
        en=Text(
            what="The ledger {place} lies on a network file system ({kind}).",
            why="SQLite's file serves one machine from a disk of its own: over a network its locks do not "
            "hold, and two machines that write to it destroy it.",
            cure="Let [ledger] url or LECTERN_HOME name a local disk, and move the file there while the farm "
            "is down; or use PostgreSQL, which several machines need anyway. Store and archive may stay.",
        ),
        zh=Text(
            what="账本 {place} 位于网络文件系统（{kind}）上。",
            why="SQLite 文件只能由一台机器从本地磁盘使用：经由网络时文件锁不可靠，"
            "两台机器同时写入会损坏账本。",
            cure="请让 [ledger] url 或 LECTERN_HOME 指向本地磁盘，并在农场停止时将文件移过去；"
            "或改用 PostgreSQL，多台机器本来就需要它。存储目录和归档目录可以不变。",
        ),
    ),
    Message(
        code="ledger-many-machines",
        level="error",
        en=Text(
            what="The ledger {place} is in use by workers of another machine, {other}; this one is {host}.",
            why="SQLite's file serves one machine: two that write to it destroy it.",
            cure="Use PostgreSQL ([ledger] url) for a farm of several machines. If the workers of {other} "
            "ended just now, this passes within a minute.",
        ),
        zh=Text(
            what="账本 {place} 正被另一台机器 {other} 的工作进程使用；本机是 {host}。",
            why="SQLite 文件只能由一台机器使用：两台机器同时写入会损坏账本。",
            cure="多台机器组成的农场请使用 PostgreSQL（[ledger] url）。"
            "如果 {other} 的工作进程刚刚结束，一分钟内即可恢复。",
        ),
    ),
    Message(
        code="ledger-schema-missing",
        level="error",
        en=Text(
            what="There is no ledger at {place} yet.",
            why="Its tables are made once, by a command, so that a mistyped address makes no empty ledger.",
            cure="For a new farm run `lectern db upgrade`. If there was one, make none anew: see to its disk "
            "or to [ledger] url, or `lectern restore` a backup.",
        ),
        zh=Text(
            what="{place} 处还没有账本。",
            why="数据表只由命令创建一次，这样写错地址时不会生成空账本。",
            cure="新农场请运行 `lectern db upgrade`。若原来有账本，请勿新建：请检查其所在磁盘或 "
            "[ledger] url，或用 `lectern restore` 恢复备份。",
        ),
    ),
    Message(
        code="ledger-schema-old",
        level="error",
        en=Text(
            what="The ledger at {place} has schema {found}; this version of Lectern works with {wanted}.",
            why="The tables were made by an older version, and no process changes them by itself.",
            cure="Stop the farm, back the database up, and run `lectern db upgrade`.",
        ),
        zh=Text(
            what="位于 {place} 的账本结构版本为 {found}，本版 Lectern 需要 {wanted}。",
            why="数据表由较旧的版本创建，任何进程都不会自行修改它们。",
            cure="请停止渲染农场，备份数据库，然后运行 `lectern db upgrade`。",
        ),
    ),
    Message(
        code="ledger-schema-new",
        level="error",
        en=Text(
            what="The ledger at {place} has schema {found}, which this Lectern ({wanted}) does not know.",
            why="The tables were made or upgraded by a newer version; an older one could damage them.",
            cure="Upgrade Lectern on this machine to the version that the rest of the farm runs, then run "
            "`lectern db upgrade`.",
        ),
        zh=Text(
            what="位于 {place} 的账本结构版本为 {found}，本版 Lectern（{wanted}）无法识别。",
            why="数据表由更新的版本创建或升级；旧版本可能会损坏它们。",
            cure="请将本机的 Lectern 升级到农场其余部分所用的版本，然后运行 `lectern db upgrade`。",
        ),
    ),
    Message(
        code="ledger-superseded",
        level="error",
        en=Text(
            what="Step {step} is no longer this worker's (attempt {fence}).",
            why="The job was canceled, or the worker was silent so long that the step went to another.",
            cure="Nothing has to be done: the worker stops, and nothing that it made is used.",
        ),
        zh=Text(
            what="步骤 {step} 已不再属于此工作进程（第 {fence} 次尝试）。",
            why="任务已取消，或该工作进程沉默过久，步骤已交给其他进程。",
            cure="无需任何操作：该工作进程会停止，它产生的结果不会被使用。",
        ),
    ),
    Message(
        code="ledger-collected",
        level="warning",
        en=Text(
            what="Something that the step rests on was struck out or cleared away before it ended.",
            why="An old clip that no job needed was cleared away in the moment in which it was found again.",
            cure="Nothing has to be done: the step runs again and makes what is missing.",
        ),
        zh=Text(
            what="步骤结束之前，它所依赖的某个文件已被剔除或清理。",
            why="一个不再被任何任务需要的旧片段，恰好在再次被用到时遭到清理。",
            cure="无需任何操作：该步骤会重新运行并补上缺失的内容。",
        ),
    ),
    Message(
        code="ledger-key-used",
        level="error",
        en=Text(
            what="The key {key} belongs to batch {batch} already, which is another submission.",
            why="A key names one submission for good, so that sending it twice cannot make films twice.",
            cure="Choose another key, or leave `--key` away.",
        ),
        zh=Text(
            what="键 {key} 已属于批次 {batch}，而那是另一次提交。",
            why="一个键永久对应一次提交，这样重复发送不会重复制作影片。",
            cure="请换一个键，或不使用 `--key`。",
        ),
    ),
    Message(
        code="ledger-batch-empty",
        level="error",
        en=Text(
            what="The batch has no rows.",
            why="A batch is made of at least one film.",
            cure="Add a row to the manifest and submit it again.",
        ),
        zh=Text(
            what="该批次没有任何行。",
            why="一个批次至少包含一部影片。",
            cure="请在清单中添加一行后重新提交。",
        ),
    ),
    Message(
        code="ledger-department-unknown",
        level="error",
        en=Text(
            what="There is no department called {department}.",
            why="Every job is paid for by a department that the ledger knows.",
            cure="Correct the name, or leave the column `department` away to use `default`.",
        ),
        zh=Text(
            what="没有名为 {department} 的部门。",
            why="每个任务都由账本中登记的部门付费。",
            cure="请更正名称，或去掉 `department` 列以使用 `default`。",
        ),
    ),
    Message(
        code="ledger-batch-unknown",
        level="error",
        en=Text(
            what="There is no batch {batch}.",
            why="The ledger of this farm holds no batch of that number.",
            cure="`lectern list` shows the batches that there are.",
        ),
        zh=Text(
            what="没有编号为 {batch} 的批次。",
            why="本农场的账本中没有该编号的批次。",
            cure="运行 `lectern list` 查看现有批次。",
        ),
    ),
    Message(
        code="ledger-job-unknown",
        level="error",
        en=Text(
            what="There is no job {job}.",
            why="The ledger of this farm holds no job of that number; nothing was changed.",
            cure="`lectern list` shows batches, and `lectern list BATCH` their jobs.",
        ),
        zh=Text(
            what="没有编号为 {job} 的任务。",
            why="本农场的账本中没有该编号的任务；未作任何更改。",
            cure="运行 `lectern list` 查看批次，运行 `lectern list BATCH` 查看其中的任务。",
        ),
    ),
    Message(
        code="trace-unknown",
        level="error",
        en=Text(
            what="No film of this farm has the trace id {trace}.",
            why="The ledger keeps the trace of every film that was ever submitted to it.",
            cure="`lectern show JOB` tells a film's trace id; so do its manifest and the film file itself. A "
            "film of another farm is known to that one's ledger alone.",
        ),
        zh=Text(
            what="本农场没有追踪编号为 {trace} 的影片。",
            why="账本保存了曾提交到本农场的每部影片的追踪编号。",
            cure="`lectern show JOB` 会显示影片的追踪编号，影片的清单文件和影片文件本身也有。"
            "其他农场的影片只在其自己的账本中。",
        ),
    ),
    Message(
        code="trace-wrong",
        level="error",
        en=Text(
            what="{asked} is neither a trace id nor the number of a job.",
            why="A trace id has 32 hexadecimal digits; a traceparent, which holds it, is understood, too.",
            cure="`lectern show JOB` tells a film's trace id.",
        ),
        zh=Text(
            what="{asked} 既不是追踪编号，也不是任务编号。",
            why="追踪编号是 32 位十六进制数；包含它的 traceparent 也可以。",
            cure="`lectern show JOB` 会显示影片的追踪编号。",
        ),
    ),
    Message(
        code="ledger-poison",
        level="error",
        en=Text(
            what="Workers died {deaths} times in a row at the same place of this film's stage {stage}.",
            why="Something in this row ends the process that works on it; going on would end one worker "
            "after another.",
            cure="`lectern dead show JOB` names the sentence; the system's log tells of a lack of memory. "
            "`lectern dead requeue JOB` makes what is missing. Where a face model draws the film and memory "
            "ran out, add --set face.batch_size=1; films drawn without a model take no less by it.",
        ),
        zh=Text(
            what="在该影片的 {stage} 阶段，工作进程在同一处连续终止了 {deaths} 次。",
            why="该行中的某些内容会使处理它的进程终止；继续下去会接连损失工作进程。",
            cure="`lectern dead show JOB` 会指出是哪一句；请查看系统日志中是否内存不足。"
            "`lectern dead requeue JOB` 只补做缺失的部分。若影片由人脸模型绘制且内存不足，请加 "
            "--set face.batch_size=1；不用模型绘制的影片不会因此少占内存。",
        ),
    ),
    message(
        "ledger-refused",
        (
            "The ledger's database at {place} does not let Lectern in: {reason}.",
            "It asks for another password or user than [ledger] url has, or lets that user in elsewhere.",
            "Correct [ledger] url, or what LECTERN_LEDGER__URL_FILE names; / and @ are written %2F and %40.",
        ),
        (
            "{place} 上的账本数据库拒绝登录：{reason}。",
            "它要求的密码或用户与 [ledger] url 不同，或该用户不得从此处登录。",
            "请更正 [ledger] url 或 LECTERN_LEDGER__URL_FILE 所指的文件；密码中的 / 和 @ 写作 %2F 和 %40。",
        ),
    ),
    message(
        "ledger-untrusted",
        (
            "No trusted connection to the ledger's database at {place}: {reason}.",
            "[ledger] url asks for TLS; the server has none, or no certificate that is known and its own.",
            "Name the host as its certificate does, and in [ledger] url the authority's file as sslrootcert.",
        ),
        (
            "无法与 {place} 上的账本数据库建立可信连接：{reason}。",
            "[ledger] url 要求 TLS，而服务器没有启用，或其证书未知、与主机名不符。",
            "主机名须与证书一致；请在 [ledger] url 中以 sslrootcert 指定机构证书文件。",
        ),
    ),
    message(
        "ledger-no-rights",
        (
            "The user of the ledger's database at {place} may not do this: {reason}.",
            "Its role has fewer rights than this takes; nothing was changed.",
            "Have who may run `lectern db grants --apply`. Upgrades and restores take lectern_owner.",
        ),
        (
            "{place} 上账本数据库的用户无权这样做：{reason}。",
            "其角色的权限少于此项工作所需；没有任何改动。",
            "请由管理员运行 `lectern db grants --apply`。升级和恢复须使用 lectern_owner。",
        ),
    ),
    message(
        "grants-sqlite",
        (
            "The ledger {place} is a SQLite file, which knows no roles.",
            "Whoever can write to the file can do everything; roles are PostgreSQL's.",
            "Close the file to others (chmod 600), or use PostgreSQL: [ledger] url.",
        ),
        (
            "账本 {place} 是 SQLite 文件，没有角色可言。",
            "能写入该文件的人可以做任何事；角色是 PostgreSQL 的功能。",
            "请禁止他人访问该文件（chmod 600），或改用 PostgreSQL：[ledger] url。",
        ),
    ),
    message(
        "grants-passwords-alone",
        (
            "--passwords needs --apply.",
            "SQL that is shown holds no password.",
            "Add --apply, or give each role its password in psql: \\password lectern_farm.",
        ),
        (
            "--passwords 须与 --apply 一起使用。",
            "显示的 SQL 不包含任何密码。",
            "请加上 --apply，或在 psql 中逐个设置：\\password lectern_farm。",
        ),
    ),
    message(
        "grants-password-missing",
        (
            "{folder} has no file with a role's password.",
            "Each file is named after its role.",
            "Write them into files of these names: {roles}; or leave --passwords out.",
        ),
        (
            "{folder} 中没有任何角色的密码文件。",
            "每个文件以角色命名。",
            "请写入以下名称的文件：{roles}；或不使用 --passwords。",
        ),
    ),
    message(
        "grants-password-wrong",
        (
            "{path} holds no password.",
            "It is empty, cannot be read, or has more than one line.",
            "Write the password alone into it, as text in UTF-8.",
        ),
        (
            "{path} 中没有可用的密码。",
            "文件为空、无法读取，或不止一行。",
            "请只写入密码本身（UTF-8 文本）。",
        ),
    ),
)
