"""The help of `lectern models` in simplified Chinese; a part of `cli.helping_zh`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.helping_zh.CHINESE`.
MODELS: Mapping[str, str] = {
    "Trained weights that you bring, each with its licence.": "您自备的训练权重，各有其许可证。",
    "List the models on the shelf, under which licence each lies there, and what it may be used for.": (
        "列出模型架上的模型、各自的许可证以及可用于何种用途。"
    ),
    "Show a model's card.": "显示一个模型的卡片。",
    "A model of `lectern models list`.": "`lectern models list` 列出的模型之一。",
    "Put a file or folder of weights on the shelf.": "把权重文件或文件夹放上模型架。",
    (
        "What it is, is found out by what it holds; nothing in it is run. It is copied, and the same weights "
        "again change only what is said of them."
    ): ("按内容判断它是什么；绝不运行其中的任何代码。内容会被复制；再次添加同样的权重只会更新其说明。"),
    "A file of weights (.pth, .pt or .safetensors), or a model's folder.": (
        "权重文件（.pth、.pt 或 .safetensors），或模型的文件夹。"
    ),
    "What it shall be called; else as the file is called.": "它的名称；不写则沿用文件名。",
    "What it is, where that cannot be found out: wav2lip, whisper, restorer and so on.": (
        "无法判断时指明种类：wav2lip、whisper（语音识别）、restorer（人脸修复）等。"
    ),
    "Such as Apache-2.0, or own for weights of yours.": "例如 Apache-2.0；自有权重请写 own。",
    "What it was trained on, such as en,zh; else any.": "训练所用语言，例如 en,zh；不写则为任意语言。",
    "What it needs on a card, in MB.": "所需显存，以 MB 计。",
    "Open it although it is or holds a program (TorchScript, .py files).": (
        "即使它是程序或含有程序（TorchScript、.py 文件）也打开。"
    ),
    "Download a known model from its owner's address, and put it on the shelf.": (
        "从权利人的地址下载已知模型，并放上模型架。"
    ),
    (
        "Its licence is shown first. What comes is opened only once its size and SHA-256 are the known ones; "
        "what broke off is gone on with."
    ): ("会先显示许可证。只有大小和 SHA-256 与已知值一致后才会打开；中断后会从断点继续。"),
    "A known model; without a name, all of them are listed.": "已知模型的名称；不写则列出全部。",
    "Agree to its owner's terms without being asked.": "不询问，直接同意权利人的条款。",
    "Read every model anew: it is what its card says, and can be opened.": (
        "重新读取每个模型：与卡片一致，并且能够打开。"
    ),
    "One that is not ends the command with exit code 5.": "若有不符，命令以退出码 5 结束。",
    "Only this model; all of them unless given.": "只检查此模型；不写则检查全部。",
    "Take on a use that a model's licence forbids, in your name.": "以您的名义承担许可证所禁止的用途。",
    (
        "For whoever has a licence of their own from the model's owner, or a lawyer's word. Name and time "
        "are kept, and stand in the manifest of every film that the model makes."
    ): (
        "适用于已从权利人处另获授权或经律师确认者。姓名和时间会被保存，并写入用该模型制作的每部影片的清单文件。"
    ),
    "Who takes it on, if not the user of this account.": "由谁承担；不写则为当前账户的用户。",
    "Do it without being asked.": "不询问，直接执行。",
    "Take a model off the shelf, and its file unless another name needs it.": (
        "从模型架移除模型；若没有其他名称需要，其文件也一并删除。"
    ),
    "Refused while jobs that are not over were promised it.": "若仍有未结束的任务需要它，则会拒绝。",
    "Also while jobs that are not over need it.": "即使仍有未结束的任务需要它。",
}
