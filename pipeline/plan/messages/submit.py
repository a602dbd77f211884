"""Messages of submitting: what a row asks for, and what may happen on the way."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

MESSAGES: tuple[Message, ...] = (
    Message(
        code="submit-speed-wrong",
        level="error",
        en=Text(
            what="“{speed}” is no speed.",
            why="Speed is per cent of the voice's normal speed.",
            cure="Use a whole number from 50 to 200; 100 is normal.",
        ),
        zh=Text(
            what="“{speed}”不是有效的语速。",
            why="语速是相对声音正常速度的百分比。",
            cure="请使用 50 到 200 之间的整数；100 为正常。",
        ),
    ),
    Message(
        code="submit-pitch-wrong",
        level="error",
        en=Text(
            what="“{pitch}” is no pitch.",
            why="Pitch is per cent of the voice's normal pitch.",
            cure="Use a whole number from 50 to 200; 100 is normal.",
        ),
        zh=Text(
            what="“{pitch}”不是有效的音高。",
            why="音高是相对声音正常音高的百分比。",
            cure="请使用 50 到 200 之间的整数；100 为正常。",
        ),
    ),
    Message(
        code="submit-other-voice",
        level="warning",
        en=Text(
            what="The script has sentences in “{language}”, which the voice “{voice}” does not speak: "
            "another voice says them.",
            why="Each sentence is spoken in its own language, and the voice that was named knows another.",
            cure="Leave voice and language empty, or name a voice of that language, to have one voice.",
        ),
        zh=Text(
            what="脚本中有“{language}”的句子，而声音“{voice}”不会说该语言：这些句子由另一个声音朗读。",
            why="每个句子用其自身的语言朗读，所选声音不会说该语言。",
            cure="若要由一个声音朗读，请将声音和语言留空，或指定该语言的声音。",
        ),
    ),
    Message(
        code="submit-urgency-unknown",
        level="error",
        en=Text(
            what="“{urgency}” is no urgency.",
            why="Urgency decides who goes first among jobs that wait.",
            cure="Use urgent, normal or bulk; empty is normal.",
        ),
        zh=Text(
            what="“{urgency}”不是有效的紧急程度。",
            why="紧急程度决定等待中的任务谁先进行。",
            cure="请使用 urgent（紧急）、normal（普通）或 bulk（批量）；留空为 normal。",
        ),
    ),
    Message(
        code="submit-urgent-right",
        level="error",
        en=Text(
            what="The department {department} may not have films that are urgent.",
            why="What is urgent goes before the work of every other department, so it needs a right.",
            cure="Use normal or bulk, and a priority up to {limit}. Whoever runs the farm grants the right "
            "with `lectern departments set {department} --urgent`.",
        ),
        zh=Text(
            what="部门 {department} 无权提交紧急影片。",
            why="紧急影片先于所有其他部门的工作，因此需要授权。",
            cure="请使用 normal（普通）或 bulk（批量），并可设置最高 {limit} 的优先级。农场管理员可用 "
            "`lectern departments set {department} --urgent` 授权。",
        ),
    ),
    Message(
        code="submit-priority-wrong",
        level="error",
        en=Text(
            what="“{priority}” is no priority.",
            why="A priority is a whole number from -50 to 50; the higher one goes first.",
            cure="Write a whole number from -50 to 50, such as 10; empty is 0.",
        ),
        zh=Text(
            what="“{priority}”不是有效的优先级。",
            why="优先级是 -50 到 50 的整数，数字大的先进行。",
            cure="请填写 -50 到 50 的整数，例如 10；留空为 0。",
        ),
    ),
    Message(
        code="submit-priority-limit",
        level="error",
        en=Text(
            what="The priority {priority} is above what the department {department} may have: {limit}.",
            why="Each department has a highest priority; the higher one goes first.",
            cure="Use {limit} or less. Whoever runs the farm raises the limit with "
            "`lectern departments set {department} --priority-limit N`.",
        ),
        zh=Text(
            what="优先级 {priority} 超出了部门 {department} 的上限 {limit}。",
            why="每个部门都有最高优先级，数字大的先进行。",
            cure="请使用不超过 {limit} 的数字。农场管理员可用 "
            "`lectern departments set {department} --priority-limit N` 提高上限。",
        ),
    ),
    Message(
        code="submit-pool-empty",
        level="warning",
        en=Text(
            what="Nobody renders films of the pool {pool} just now; known pools: {known}.",
            why="A film that asks for a pool is rendered by workers of that pool alone.",
            cure="Correct the name, or start a worker of that pool ([worker] pools); the film waits for it.",
        ),
        zh=Text(
            what="目前没有工作进程渲染池 {pool} 的影片；已知的池：{known}。",
            why="指定了池的影片只由该池的工作进程渲染。",
            cure="请修正名称，或启动该池的工作进程（[worker] pools）；在此之前影片会一直等待。",
        ),
    ),
    Message(
        code="submit-pool-none",
        level="warning",
        en=Text(
            what="Nobody renders films of the pool {pool} just now; no worker here is kept for any pool yet.",
            why="A film that asks for a pool is rendered by workers of that pool alone.",
            cure="Start a worker of that pool ([worker] pools); the film waits for it. Or ask for no pool.",
        ),
        zh=Text(
            what="目前没有工作进程渲染池 {pool} 的影片；此处还没有属于任何池的工作进程。",
            why="指定了池的影片只由该池的工作进程渲染。",
            cure="请启动该池的工作进程（[worker] pools），在此之前影片会一直等待；或不指定池。",
        ),
    ),
    Message(
        code="submit-pool-needed",
        level="warning",
        en=Text(
            what="Every worker that renders is kept for the films of a pool: {known}.",
            why="A film that asks for no pool is rendered by workers that are kept for none.",
            cure="Name one of these in the column pool, or have a worker take any films, too: "
            '[worker] pools = "studio any".',
        ),
        zh=Text(
            what="所有能渲染的工作进程都专属于某个池：{known}。",
            why="没有指定池的影片只由不专属于任何池的工作进程渲染。",
            cure="请在 pool 列中指定其中之一，或让某个工作进程也接受其他影片："
            '[worker] pools = "studio any"。',
        ),
    ),
    Message(
        code="submit-portrait-changed",
        level="error",
        en=Text(
            what="{name} was changed while the batch was being submitted. Nothing was queued.",
            why="The picture that was checked is no longer the picture that would be used.",
            cure="Submit again when the file is complete.",
        ),
        zh=Text(
            what="提交批次期间 {name} 被修改。未提交任何任务。",
            why="检查过的图片与将要使用的图片已不相同。",
            cure="请在文件完整后重新提交。",
        ),
    ),
    Message(
        code="submit-department-mixed",
        level="error",
        en=Text(
            what="The row is for {department}, and row {row} for {first}; a batch is of one department.",
            why="A batch is made on its department's account, quota, rights and share of the farm.",
            cure="Submit each department's rows in a sheet of their own; --skip-invalid leaves these out.",
        ),
        zh=Text(
            what="此行属于部门 {department}，而第 {row} 行属于 {first}：一个批次只能属于一个部门。",
            why="批次的费用由其部门承担，配额、权限和份额也按该部门计算。",
            cure="请把各部门的行分别放在各自的表中提交；--skip-invalid 会跳过这些行。",
        ),
    ),
    Message(
        code="submit-department-unknown",
        level="error",
        en=Text(
            what="There is no department “{department}”.",
            why="Each job is made for a department, which has to exist before.",
            cure="Use one of these: {known}. An empty cell is default.",
        ),
        zh=Text(
            what="没有部门“{department}”。",
            why="每个任务都为某个部门制作，该部门必须事先存在。",
            cure="请使用以下之一：{known}。留空即为 default。",
        ),
    ),
    Message(
        code="submit-face-box-wrong",
        level="error",
        en=Text(
            what="“{box}” does not name a face.",
            why="face.box names the face that talks by a rectangle in pixels of the picture.",
            cure="Use four whole numbers: x,y,width,height, such as 120,80,260,320.",
        ),
        zh=Text(
            what="“{box}”无法指明一张脸。",
            why="face.box 用图片中的像素矩形指明哪张脸说话。",
            cure="请使用四个整数：x,y,宽,高，例如 120,80,260,320。",
        ),
    ),
    Message(
        code="submit-picture-fatal",
        level="error",
        en=Text(
            what="The program that looked at {name} ended, twice.",
            why="Something in it breaks a library that reads it, or it takes more memory than there is.",
            cure="Open it in a picture editor, save it anew as PNG or JPEG, smaller if it is very large.",
        ),
        zh=Text(
            what="查看 {name} 的程序两次异常终止。",
            why="图片中的某些内容使读取它的程序库出错，或者所需内存超过可用内存。",
            cure="请用图片编辑软件打开它，另存为 PNG 或 JPEG；若图片非常大，请缩小。",
        ),
    ),
    Message(
        code="submit-lookers-gone",
        level="error",
        en=Text(
            what="Portraits cannot be looked at: the program that does it ends before it begins "
            "(status {status}). Nothing was queued.",
            why="There is too little memory, or a limit forbids more processes.",
            cure="Make room in memory and submit again; `lectern doctor` says what else is missing.",
        ),
        zh=Text(
            what="无法查看肖像：负责查看的程序一启动就终止（状态 {status}）。未提交任何任务。",
            why="内存不足，或系统限制不允许再启动进程。",
            cure="请腾出内存后重新提交；`lectern doctor` 会指出还缺少什么。",
        ),
    ),
    Message(
        code="submit-no-worker",
        level="warning",
        en=Text(
            what="No worker is there that could render these films.",
            why="Films are made by workers, and none is alive that knows the face engine, in the films' pool "
            "if they have one.",
            cure="They can be queued all the same. Start the farm with `lectern up`.",
        ),
        zh=Text(
            what="目前没有能渲染这些影片的工作进程。",
            why="影片由工作进程制作，而当前没有存活的工作进程掌握该人脸引擎（指定了池时，须属于该池）。",
            cure="仍可提交排队。请用 `lectern up` 启动农场。",
        ),
    ),
    Message(
        code="submit-disk-tight",
        level="warning",
        en=Text(
            what="The batch needs about {needed_mb} MB in {place}; {free_mb} MB are free.",
            why="Clips, speech and films are kept there. When the disk is full, work waits for room.",
            cure="Make room before the night: `lectern gc` removes what no job needs, or submit fewer rows.",
        ),
        zh=Text(
            what="该批次在 {place} 约需 {needed_mb} MB；可用 {free_mb} MB。",
            why="片段、语音和影片保存在那里。磁盘已满时，工作会等到有空间为止。",
            cure="请在夜间之前腾出空间：`lectern gc` 会删除任何任务都不需要的内容；或者少提交一些行。",
        ),
    ),
    Message(
        code="submit-archive-away",
        level="warning",
        en=Text(
            what="The archive {place} cannot be reached now.",
            why="It is not mounted, or was never made an archive.",
            cure="Films are made all the same and wait in the store. `lectern doctor` says what to do.",
        ),
        zh=Text(
            what="目前无法访问归档文件夹 {place}。",
            why="它未挂载，或者尚未设为归档文件夹。",
            cure="影片仍会制作，并在存储中等待。`lectern doctor` 会说明处理办法。",
        ),
    ),
)
