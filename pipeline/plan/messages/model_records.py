"""Messages about models' records: their names, licences and files."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text

_LICENCE_WHY = (
    "Weights belong to whoever trained them; their licence says what they may be used for: commercial "
    "(anything that serves a business, also films that are given away), research or personal. The farm is "
    "set to one of them in [models] use."
)
_LICENCE_WHY_ZH = (
    "模型权重归训练者所有，其许可证规定了可用于何种用途：commercial（商业：凡服务于经营的用途，包括免费发布的影片）、"
    "research（研究）或 personal（个人）。农场的用途由 [models] use 设定。"
)
_ACCEPT = (
    "if somebody who may decide it takes it on (the owner gave you a licence of your own, or counsel cleared "
    "it), run `lectern models accept {model}`: who and when are recorded and stand in every film's manifest."
)
_ACCEPT_ZH = (
    "若有权决定的人承担责任（权利人已另行授权，或法务已确认），请运行 `lectern models accept {model}`："
    "由谁、何时接受都会被记录，并写入每部影片的清单文件。"
)

_LICENCES = (
    Message(
        code="model-licence-forbids",
        level="error",
        en=Text(
            what="The model “{model}” may not be used here: its licence, {licence}, allows {allowed} use "
            "only, and films here are made for {use} use.",
            why=_LICENCE_WHY,
            cure="Use a model whose licence allows it (`lectern models list`); or, " + _ACCEPT,
        ),
        zh=Text(
            what="此处不能使用模型“{model}”：其许可证 {licence} 仅允许 {allowed} 用途，"
            "而此处影片的用途为 {use}。",
            why=_LICENCE_WHY_ZH,
            cure="请改用许可证允许的模型（`lectern models list`）；或者，" + _ACCEPT_ZH,
        ),
    ),
    Message(
        code="model-licence-unclear",
        level="error",
        en=Text(
            what="The model “{model}” may not be used here: what its licence, {licence}, allows is not "
            "known, and films here are made for {use} use.",
            why=_LICENCE_WHY,
            cure="Add its file again with `--licence`, such as Apache-2.0, or own for weights of yours; or, "
            + _ACCEPT,
        ),
        zh=Text(
            what="此处不能使用模型“{model}”：其许可证 {licence} 允许何种用途尚不清楚，"
            "而此处影片的用途为 {use}。",
            why=_LICENCE_WHY_ZH,
            cure="请用 `--licence` 重新添加该文件，例如 Apache-2.0；自有权重请写 own。或者，" + _ACCEPT_ZH,
        ),
    ),
)

_SHELF_WHY = (
    "Trained weights lie on a shelf below [models] root, each with a card: its digest, kind, licence and who "
    "accepted it."
)
_SHELF_WHY_ZH = "训练好的权重存放在 [models] root 之下，每个都有一张卡片：摘要、种类、许可证以及由谁接受。"

_FINDING = (
    Message(
        code="model-missing",
        level="error",
        en=Text(
            what="There is no {kind} model on the shelf {root}.",
            why="Lectern brings no trained weights: they belong to whoever trained them; you choose.",
            cure="Put one there with `lectern models add FILE`; `lectern models fetch` lists known ones and "
            "where to get them.",
        ),
        zh=Text(
            what="模型架 {root} 上没有 {kind} 模型。",
            why="Lectern 不附带训练好的权重：它们归训练者所有，由您选择。",
            cure="请用 `lectern models add 文件` 添加一个；`lectern models fetch` 列出已知模型及其获取方式。",
        ),
    ),
    Message(
        code="model-shelf-empty",
        level="error",
        en=Text(
            what="There is no model “{model}” on the shelf, and no other one yet.",
            why=_SHELF_WHY,
            cure="Add it with `lectern models add FILE --name {model}`; "
            "`lectern models fetch` lists what is known and how to get it.",
        ),
        zh=Text(
            what="模型架上没有名为“{model}”的模型，目前还没有任何模型。",
            why=_SHELF_WHY_ZH,
            cure="请用 `lectern models add 文件 --name {model}` 添加；"
            "`lectern models fetch` 列出已知模型及其获取方式。",
        ),
    ),
    Message(
        code="model-unknown",
        level="error",
        en=Text(
            what="There is no model “{model}” on the shelf.",
            why=_SHELF_WHY,
            cure="Use one of these: {known}; or add it with `lectern models add FILE --name {model}`.",
        ),
        zh=Text(
            what="模型架上没有名为“{model}”的模型。",
            why=_SHELF_WHY_ZH,
            cure="请使用以下之一：{known}；或用 `lectern models add 文件 --name {model}` 添加。",
        ),
    ),
    Message(
        code="model-several",
        level="error",
        en=Text(
            what="There are several {kind} models on the shelf: {known}.",
            why="Which one is used changes what is seen or heard, so it is never guessed.",
            cure="Name one, in the manifest, on the command line or in the settings.",
        ),
        zh=Text(
            what="模型架上有多个 {kind} 模型：{known}。",
            why="使用哪一个会影响画面或声音，因此绝不猜测。",
            cure="请在清单、命令行或设置中指明一个。",
        ),
    ),
    Message(
        code="model-kind-wrong",
        level="error",
        en=Text(
            what="The model “{model}” is a {kind}; here a {wanted} is needed.",
            why=_SHELF_WHY,
            cure="Name a {wanted} model; `lectern models list` shows the kinds.",
        ),
        zh=Text(
            what="模型“{model}”的种类是 {kind}，此处需要 {wanted}。",
            why=_SHELF_WHY_ZH,
            cure="请指定种类为 {wanted} 的模型；`lectern models list` 会显示种类。",
        ),
    ),
    Message(
        code="model-gone",
        level="error",
        en=Text(
            what="The weights {digest} that this film was promised are not on the shelf {root}.",
            why="A film is made with exactly the weights that it was submitted with, on every machine.",
            cure="Add the same file here again with `lectern models add FILE`, or submit the film anew.",
        ),
        zh=Text(
            what="该影片提交时选定的权重 {digest} 不在模型架 {root} 上。",
            why="在每台机器上，影片都只用提交时选定的那份权重制作。",
            cure="请用 `lectern models add 文件` 在此重新添加同一文件，或重新提交影片。",
        ),
    ),
)

_DAMAGE = (
    Message(
        code="model-weights-missing",
        level="error",
        en=Text(
            what="The weights of the model “{model}” are not where its card says: {path}.",
            why="Somebody took the file away, or the share that it lies on shows another folder.",
            cure="Add the same file again with `lectern models add FILE`.",
        ),
        zh=Text(
            what="模型“{model}”的权重不在其卡片所示的位置：{path}。",
            why="文件被移走，或所在的共享文件夹显示的是其他内容。",
            cure="请用 `lectern models add 文件` 重新添加同一文件。",
        ),
    ),
    Message(
        code="model-damaged",
        level="error",
        en=Text(
            what="The weights of the model “{model}” are not what its card says: {path}.",
            why="Size or SHA-256 differ: the disk is damaged, or somebody changed the file.",
            cure="Add the sound file again with `lectern models add FILE`: it heals what lies there.",
        ),
        zh=Text(
            what="模型“{model}”的权重与其卡片不符：{path}。",
            why="大小或 SHA-256 不一致：磁盘损坏，或文件被改动。",
            cure="请用 `lectern models add 文件` 重新添加完好的文件，即可修复。",
        ),
    ),
    Message(
        code="model-card-damaged",
        level="error",
        en=Text(
            what="The card of the model “{model}” cannot be read: {path}.",
            why=_SHELF_WHY,
            cure="Take it away with `lectern models remove {model}`, then add the file again.",
        ),
        zh=Text(
            what="无法读取模型“{model}”的卡片：{path}。",
            why=_SHELF_WHY_ZH,
            cure="请用 `lectern models remove {model}` 将其移除，然后重新添加文件。",
        ),
    ),
    Message(
        code="model-shelf-away",
        level="error",
        en=Text(
            what="The shelf of models cannot be reached: {root} ({reason}).",
            why=_SHELF_WHY,
            cure="Mount the folder, or make it readable and writable; [models] root says where it is.",
        ),
        zh=Text(
            what="无法访问模型架：{root}（{reason}）。",
            why=_SHELF_WHY_ZH,
            cure="请挂载该文件夹，或使其可读写；其位置由 [models] root 设定。",
        ),
    ),
    Message(
        code="model-shelf-full",
        level="error",
        en=Text(
            what="There is no room for the model on the shelf {root} ({reason}).",
            why=_SHELF_WHY,
            cure="Make room there, or set [models] root to a larger disk.",
        ),
        zh=Text(
            what="模型架 {root} 空间不足（{reason}）。",
            why=_SHELF_WHY_ZH,
            cure="请腾出空间，或将 [models] root 设为更大的磁盘。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (
    *_LICENCES,
    *_FINDING,
    *_DAMAGE,
    Message(
        code="model-name-wrong",
        level="error",
        en=Text(
            what="“{name}” cannot be the name of a model.",
            why="The name stands in commands, tables and file names of every system.",
            cure="Use up to 64 letters, digits, dots, hyphens and underscores of ASCII; begin with a letter "
            "or digit.",
        ),
        zh=Text(
            what="“{name}”不能作为模型名称。",
            why="名称会用于命令、表格以及各种系统的文件名。",
            cure="请使用不超过 64 个 ASCII 字母、数字、点、连字符和下划线，并以字母或数字开头。",
        ),
    ),
)
