"""Messages of models' files: what weights that somebody brings may turn out to be."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, Text


def _error(code: str, en: Text, zh: Text) -> Message:
    return Message(code=code, level="error", en=en, zh=zh)


_AGAIN_EN = "Get the file again from where it came, and compare its size and digest with what stands there."
_AGAIN_ZH = "请从原处重新获取该文件，并核对那里公布的大小和校验值。"
_OWNERS_EN = "Bring the weights as their owner gives them away; docs/models.md tells which files those are."
_OWNERS_ZH = "请使用权利人所发布的权重文件；docs/models.md 说明需要哪些文件。"
_OTHER_EN = "Bring a checkpoint of Wav2Lip's generator, such as wav2lip.pth or wav2lip_gan.pth."
_OTHER_ZH = "请使用 Wav2Lip 生成器的权重文件，例如 wav2lip.pth 或 wav2lip_gan.pth。"
_STRANGER_EN = "Weights come from strangers; only what is nothing but weights is opened."
_STRANGER_ZH = "权重文件往往来自陌生人，因此只打开仅含权重的文件。"

_FILES = (
    _error(
        "model-file-unreadable",
        Text(
            what="The model file “{file}” cannot be read.",
            why="There is no such file, it is a folder, or it may not be opened.",
            cure="Check the name and the file's permissions.",
        ),
        Text(
            what="无法读取模型文件“{file}”。",
            why="文件不存在、是一个文件夹，或没有读取权限。",
            cure="请检查文件名和文件权限。",
        ),
    ),
    _error(
        "model-file-too-large",
        Text(
            what="The model file “{file}” is larger than {most} MB, packed or unpacked.",
            why="Weights of this kind are smaller: something else was taken for them, or it means harm.",
            cure=_OWNERS_EN,
        ),
        Text(
            what="模型文件“{file}”（解压前或解压后）超过 {most} MB。",
            why="这类权重远没有这么大：要么拿错了文件，要么文件不怀好意。",
            cure=_OWNERS_ZH,
        ),
    ),
    _error(
        "model-file-broken",
        Text(
            what="The model file “{file}” is empty, damaged or cut off.",
            why="It begins as a file of weights does, and cannot be read to its end; most often a download "
            "was interrupted.",
            cure=_AGAIN_EN,
        ),
        Text(
            what="模型文件“{file}”为空、已损坏或不完整。",
            why="它的开头像权重文件，却无法完整读出；最常见的原因是下载中断。",
            cure=_AGAIN_ZH,
        ),
    ),
    _error(
        "model-file-foreign",
        Text(
            what="“{file}” is no file of weights.",
            why="Weights are read as torch saves them (.pth, .pt), and as safetensors; the content tells "
            "what a file is, whatever its name says.",
            cure=_OWNERS_EN + " A download may have given a web page in its place: open it and look.",
        ),
        Text(
            what="“{file}”不是权重文件。",
            why="可读取 torch 保存的权重（.pth、.pt）和 safetensors；文件类型由内容而非文件名判断。",
            cure=_OWNERS_ZH + "下载到的也可能只是一个网页：请打开看看。",
        ),
    ),
    _error(
        "model-file-code",
        Text(
            what="“{file}” is more than weights: whoever opens it would run “{call}”. It was not opened.",
            why=_STRANGER_EN,
            cure="Do not use it unless you know who made it; its maker can save the weights alone (the "
            "network's state_dict, or safetensors).",
        ),
        Text(
            what="“{file}”不只是权重：打开它就会执行“{call}”。文件没有被打开。",
            why=_STRANGER_ZH,
            cure="除非清楚来源，否则请勿使用；制作者可以只保存权重（网络的 state_dict 或 safetensors）。",
        ),
    ),
    _error(
        "model-code-untrusted",
        Text(
            what="“{file}” is a TorchScript archive, which is a program. It was not opened.",
            why=_STRANGER_EN + " An operator may trust a program that they know.",
            cure="Better bring the weights alone. If you know who made this file: "
            "`lectern models add FILE --trust`.",
        ),
        Text(
            what="“{file}”是 TorchScript 归档，也就是一个程序。文件没有被打开。",
            why=_STRANGER_ZH + "管理员可以信任自己了解的程序。",
            cure="最好改用单纯的权重文件。如果清楚此文件的来源：`lectern models add FILE --trust`。",
        ),
    ),
    _error(
        "model-no-weights",
        Text(
            what="“{file}” can be read and holds no weights.",
            why="Weights are a table of names and numbers, by itself or under the name state_dict.",
            cure=_OWNERS_EN,
        ),
        Text(
            what="“{file}”可以读取，但不含权重。",
            why="权重是名称与数值的对照表，可单独保存，也可位于 state_dict 之下。",
            cure=_OWNERS_ZH,
        ),
    ),
)

_ENTRIES = (
    _error(
        "model-entry-missing",
        Text(
            what="“{file}” holds another network: “{key}” ({shape}) is missing; {there} of 352 entries are "
            "there.",
            why="Entries are compared by name and shape in the network's order; this is the first to differ.",
            cure=_OTHER_EN,
        ),
        Text(
            what="“{file}”属于另一种网络：其中没有“{key}”（{shape}），352 个条目中仅有 {there} 个。",
            why="按网络的顺序比较各条目的名称和形状，这是第一处不同。",
            cure=_OTHER_ZH,
        ),
    ),
    _error(
        "model-entry-shape",
        Text(
            what="“{file}” holds another network: “{key}” is {found} where {shape} is needed.",
            why="Entries are compared by name and shape in the network's order; this is the first to differ. "
            "There are larger networks of the same name.",
            cure=_OTHER_EN,
        ),
        Text(
            what="“{file}”属于另一种网络：“{key}”的形状是 {found}，应为 {shape}。",
            why="按网络的顺序比较各条目的名称和形状，这是第一处不同。有些同名网络尺寸更大。",
            cure=_OTHER_ZH,
        ),
    ),
    _error(
        "model-entry-extra",
        Text(
            what="“{file}” holds another network: beside all that is needed, there is “{key}” ({found}).",
            why="A network that has more computes something else with the rest.",
            cure=_OTHER_EN,
        ),
        Text(
            what="“{file}”属于另一种网络：所需条目齐全，但还多出“{key}”（{found}）。",
            why="条目更多的网络，其余部分的计算也不相同。",
            cure=_OTHER_ZH,
        ),
    ),
    _error(
        "model-entry-kind",
        Text(
            what="In “{file}”, “{key}” is kept as {kind}, which cannot be used.",
            why="Weights are numbers in full, half or double precision; quantised ones need another program.",
            cure="Bring the weights as they were before they were converted.",
        ),
        Text(
            what="“{file}”中的“{key}”以 {kind} 保存，无法使用。",
            why="权重须为单精度、半精度或双精度数值；量化后的权重需要其他程序。",
            cure="请使用转换之前的权重。",
        ),
    ),
    _error(
        "model-entry-impossible",
        Text(
            what="In “{file}”, “{key}” holds values that nothing can be computed with.",
            why="Infinite values, no numbers at all, or a variance below zero: the training failed, or the "
            "file is damaged.",
            cure=_AGAIN_EN,
        ),
        Text(
            what="“{file}”中的“{key}”含有无法计算的数值。",
            why="存在无穷大、非数值或负的方差：训练失败，或文件已损坏。",
            cure=_AGAIN_ZH,
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (*_FILES, *_ENTRIES)
