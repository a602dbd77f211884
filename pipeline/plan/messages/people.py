"""Messages about people: their profiles, samples and consent."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

_PROFILES = (
    Message(
        code="profile-unknown",
        level="error",
        en=Text(
            what="There is no {kind} profile called “{name}”.",
            why="A cell or command names a profile by the name that it was added under; case does not "
            "matter.",
            cure="Profiles with names like it: {known}. `lectern {kind}s list` shows all, "
            "`lectern {kind}s add` makes a new one.",
        ),
        zh=Text(
            what="没有名为“{name}”的档案（{kind}）。",
            why="单元格或命令须使用添加档案时的名称；不区分大小写。",
            cure="相近的名称：{known}。`lectern {kind}s list` 列出全部档案，`lectern {kind}s add` 添加新档"
            "案。",
        ),
    ),
    Message(
        code="profile-foreign",
        level="error",
        en=Text(
            what="The {kind} profile “{name}” belongs to the department {owner}; {department} may not use "
            "it.",
            why="A person's voice or picture is used by the department that it was recorded for, and by "
            "those that this one has granted it to.",
            cure="Ask {owner} for `lectern {kind}s grant {name} --department {department}`.",
        ),
        zh=Text(
            what="档案“{name}”（{kind}）属于部门 {owner}，{department} 无权使用。",
            why="一个人的声音或肖像只供登记它的部门使用，以及获得该部门授权的部门使用。",
            cure="请让 {owner} 运行 `lectern {kind}s grant {name} --department {department}`。",
        ),
    ),
    Message(
        code="profile-taken",
        level="error",
        en=Text(
            what="There is a {kind} profile called “{name}” already.",
            why="A name stands for one profile, whatever its case, so that films tell whose consent they "
            "rest on.",
            cure="Choose another name; a new consent for the same profile is `lectern {kind}s renew`.",
        ),
        zh=Text(
            what="已经有名为“{name}”的档案（{kind}）。",
            why="一个名称（不区分大小写）只对应一份档案，这样影片才能说明依据的是谁的授权。",
            cure="请换一个名称；若要为同一档案更新授权，请用 `lectern {kind}s renew`。",
        ),
    ),
    Message(
        code="job-person-forgotten",
        level="error",
        en=Text(
            what="Job {job} cannot be tried again: somebody whom it shows or sounds like was forgotten.",
            why="Their picture, recordings and voice are gone for good, and whatever was made of them.",
            cure="Submit the row anew with another portrait and voice.",
        ),
        zh=Text(
            what="任务 {job} 无法重试：它所用的肖像或声音的主人已被遗忘。",
            why="其图片、录音和声音以及由此制作的一切均已永久删除。",
            cure="请换用其他肖像和声音，重新提交该行。",
        ),
    ),
    Message(
        code="profile-in-use",
        level="error",
        en=Text(
            what="The {kind} profile “{name}” cannot be removed: films were ordered with it.",
            why="Their manifests tell of its consent, and the record of that stays as long as they do.",
            cure="`lectern {kind}s withdraw {name}` ends its use; `lectern forget PERSON` removes "
            "everything of a person.",
        ),
        zh=Text(
            what="无法移除档案“{name}”（{kind}）：已有影片使用过它。",
            why="这些影片的清单文件引用了它的授权，授权记录须与影片一同保留。",
            cure="`lectern {kind}s withdraw {name}` 终止其使用；`lectern forget 姓名` 删除某人的全部资料。",
        ),
    ),
    Message(
        code="profile-name-wrong",
        level="error",
        en=Text(
            what="“{name}” cannot be a profile's name.",
            why="Names stand in cells and lists: they are short, and hold no sign that parts them from "
            "other words.",
            cure="Take 1 to {limit} letters, digits, spaces, hyphens or dots; no + : / \\ , ; or |.",
        ),
        zh=Text(
            what="“{name}”不能作为档案名称。",
            why="名称会出现在单元格和列表中：须简短，且不含用作分隔的符号。",
            cure="请使用 1 到 {limit} 个字母、数字、汉字、空格、连字符或点；不得含有 + : / \\ , ; |。",
        ),
    ),
    Message(
        code="profile-owner-missing",
        level="error",
        en=Text(
            what="Nobody is named who answers for “{name}”.",
            why="A consent that nobody answers for cannot be asked about, renewed or ended.",
            cure="Name a person, a team or an address with --owner.",
        ),
        zh=Text(
            what="没有指明由谁对“{name}”负责。",
            why="无人负责的授权无法查询、续期或终止。",
            cure="请用 --owner 指明负责的人、团队或地址。",
        ),
    ),
    Message(
        code="person-unknown",
        level="error",
        en=Text(
            what="Nobody called “{person}” has a profile here.",
            why="A person is known by the name in their profiles (`--person`, or else `--owner`), whatever "
            "its case. Whoever was forgotten is unknown from then on.",
            cure="`lectern voices list` and `lectern portraits list` show whose profiles there are.",
        ),
        zh=Text(
            what="此处没有“{person}”的档案。",
            why="系统按档案中的姓名（`--person`，未写则为 `--owner`）识别人物，不区分大小写。已被遗忘的人从"
            "此不再被识别。",
            cure="`lectern voices list` 和 `lectern portraits list` 列出已有档案属于谁。",
        ),
    ),
)

_CONSENTS = (
    Message(
        code="consent-missing",
        level="error",
        en=Text(
            what="Nobody's consent is recorded for this {what}.",
            why="This farm wants to know who agreed to be shown or heard ([consent] policy), which a file "
            "alone does not tell.",
            cure="Add the person with `lectern {kind}s add`, and write profile:NAME into the column "
            "`{kind}`.",
        ),
        zh=Text(
            what="没有关于此素材（{what}）的授权记录。",
            why="本农场要求记录谁同意出镜或出声（[consent] policy），而单独的文件无法说明这一点。",
            cure="请用 `lectern {kind}s add` 添加此人，并在 `{kind}` 列中写 profile:名称。",
        ),
    ),
    Message(
        code="consent-expired",
        level="error",
        en=Text(
            what="The consent of the {kind} profile “{name}” has expired.",
            why="Nothing new is made with a person's voice or picture beyond the day that they agreed to.",
            cure="Record a new one with `lectern {kind}s renew {name} --consent FILE --expires DATE`; jobs "
            "that wait for it then go on.",
        ),
        zh=Text(
            what="档案“{name}”（{kind}）的授权已过期。",
            why="超过本人同意的日期后，不再用其声音或肖像制作任何新内容。",
            cure="请用 `lectern {kind}s renew {name} --consent 文件 --expires 日期` 登记新的授权；等待它的"
            "任务随后会继续。",
        ),
    ),
    Message(
        code="consent-withdrawn",
        level="error",
        en=Text(
            what="The consent of the {kind} profile “{name}” was withdrawn.",
            why="The person, or whoever answers for the profile, took it back: nothing new is made with it.",
            cure="Use another profile. If the person agrees again, record that with "
            "`lectern {kind}s renew {name} --consent FILE --expires DATE`.",
        ),
        zh=Text(
            what="档案“{name}”（{kind}）的授权已被撤回。",
            why="本人或档案负责人撤回了授权：不再用它制作任何新内容。",
            cure="请使用其他档案。若本人重新同意，请用 "
            "`lectern {kind}s renew {name} --consent 文件 --expires 日期` 登记。",
        ),
    ),
    Message(
        code="consent-unreadable",
        level="error",
        en=Text(
            what="The consent {file} is neither a PDF nor a text that says something.",
            why="The document is kept with the profile, so that anybody can read later what the person "
            "agreed to.",
            cure="Give a PDF (a scan will do), or a text file in UTF-8.",
        ),
        zh=Text(
            what="授权文件 {file} 既不是 PDF，也不是有内容的文本。",
            why="该文件与档案一同保存，以便日后任何人都能查阅本人同意了什么。",
            cure="请提供 PDF（扫描件亦可），或 UTF-8 文本文件。",
        ),
    ),
    Message(
        code="consent-date-wrong",
        level="error",
        en=Text(
            what="“{date}” is no day on which a consent can expire.",
            why="A consent holds until the end of a day that is still to come, by the clock of this machine.",
            cure="Write a day from today on as 2027-01-31, no more than 100 years ahead.",
        ),
        zh=Text(
            what="“{date}”不能作为授权的到期日。",
            why="授权有效至某个未来日期当天结束，以本机时钟为准。",
            cure="请按 2027-01-31 的格式填写今天或之后的日期，最晚不超过 100 年后。",
        ),
    ),
)

_ENDING = (
    Message(
        code="consents-ending",
        level="warning",
        en=Text(
            what="Consents that have expired: {expired}; that will within {days} days: {soon} "
            "(consent.policy = {policy}).",
            why="Films of a person whose consent has expired are held, and no new ones are taken.",
            cure="`lectern voices list` and `lectern portraits list` tell whose; `renew` records a new one, "
            "`lectern forget` removes whoever shall not be used any more.",
        ),
        zh=Text(
            what="已过期的授权：{expired} 份；{days} 天内将过期：{soon} 份（consent.policy = {policy}）。",
            why="授权过期的人物，其影片会被暂停，也不再接受新的影片。",
            cure="`lectern voices list` 和 `lectern portraits list` 会列出是谁；用 `renew` 登记新的授权，不再"
            "使用的人用 `lectern forget` 移除。",
        ),
    ),
)

_SAMPLES = (
    Message(
        code="reference-too-short",
        level="error",
        en=Text(
            what="The sample holds {ms} ms of speech; at least {least_s} s are needed.",
            why="A model hears from the sample how the person sounds; from a word or two it would guess.",
            cure="Record a few whole sentences, 6 to 15 seconds, read calmly and without music.",
        ),
        zh=Text(
            what="样本中只有 {ms} 毫秒的语音；至少需要 {least_s} 秒。",
            why="模型通过样本了解此人的声音；只有一两个词时只能猜测。",
            cure="请平静地朗读几个完整的句子，6 到 15 秒，不要有音乐。",
        ),
    ),
    Message(
        code="reference-too-long",
        level="warning",
        en=Text(
            what="The sample is longer than {most_s} s; what comes after them is not used.",
            why="More than half a minute tells a model nothing new, and costs time with every new model.",
            cure="Nothing has to be done; to choose the part yourself, cut the file before you add it.",
        ),
        zh=Text(
            what="样本长于 {most_s} 秒；之后的部分不会使用。",
            why="超过半分钟不会给模型带来新的信息，还会增加每个新模型的处理时间。",
            cure="无需处理；若要自行选择片段，请先剪辑再添加。",
        ),
    ),
    Message(
        code="reference-clipped",
        level="error",
        en=Text(
            what="The sample is overdriven: {samples} of its values are cut off at full scale.",
            why="What the microphone or its amplifier cut off sounds rough, and a model learns the "
            "roughness.",
            cure="Record again with less gain, or from further away: the loudest word may reach three "
            "quarters of the scale.",
        ),
        zh=Text(
            what="样本过载：有 {samples} 个采样值在满幅处被削平。",
            why="被麦克风或放大器削平的声音听起来粗糙，模型会把这种粗糙一并学去。",
            cure="请降低增益或离麦克风远一些重新录制：最响的词约达到满幅的四分之三即可。",
        ),
    ),
    Message(
        code="reference-noisy",
        level="error",
        en=Text(
            what="The voice lies {decibels} dB above the noise of its room; {wanted} and more are wanted.",
            why="A model takes the noise for a part of the voice, and repeats it in every film.",
            cure="Record again closer to the microphone, in a quiet room, with fans and windows closed.",
        ),
        zh=Text(
            what="人声只比环境噪声高 {decibels} 分贝；应达到 {wanted} 分贝以上。",
            why="模型会把噪声当作声音的一部分，在每部影片中重复。",
            cure="请在安静的房间里靠近麦克风重新录制，关闭风扇和窗户。",
        ),
    ),
    Message(
        code="reference-uneven",
        level="warning",
        en=Text(
            what="The voice is {decibels} dB louder in one second than in another.",
            why="So far apart are two people, or one who moves about; a model takes the middle of both.",
            cure="Take a sample of one person alone, who keeps the same distance throughout.",
        ),
        zh=Text(
            what="人声最响的一秒与最轻的一秒相差 {decibels} 分贝。",
            why="相差这么多的往往是两个人，或来回走动的一个人；模型只会取两者的中间。",
            cure="请使用只有一个人、始终保持同一距离的样本。",
        ),
    ),
    Message(
        code="reference-dull",
        level="warning",
        en=Text(
            what="The sample holds nothing above {hertz} Hz, as if by telephone.",
            why="What a line or a strong compression took away, no model can give back: the voice will "
            "sound dull.",
            cure="Take a recording that was not made over a telephone line, and in no format of telephones.",
        ),
        zh=Text(
            what="样本中没有高于 {hertz} 赫兹的成分，如同电话录音。",
            why="线路或强压缩去掉的部分，任何模型都无法还原：声音会发闷。",
            cure="请使用不经电话线路、也不是电话格式的录音。",
        ),
    ),
)

MESSAGES = (*_PROFILES, *_CONSENTS, *_ENDING, *_SAMPLES)
