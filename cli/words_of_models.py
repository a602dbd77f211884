"""The words of `lectern models`, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
MODELS: Mapping[str, tuple[str, str]] = {
    # Heads.
    "model-kind": ("FOR", "用途"),
    "engine": ("ENGINE", "引擎"),
    "digest": ("SHA-256", "SHA-256"),
    "size": ("SIZE", "大小"),
    "licence": ("LICENCE", "许可证"),
    "terms": ("IT SAYS", "条款"),
    "may-be-used": ("MAY BE USED FOR FILMS", "可用于影片"),
    "accepted-by": ("ACCEPTED BY", "接受人"),
    "vram": ("VRAM", "显存"),
    "trusted": ("ITS PROGRAM IS TRUSTED", "信任其程序"),
    "traits": ("IT TELLS", "模型信息"),
    "source": ("FROM", "来源"),
    "file-model": ("FILE", "文件"),
    "how-got": ("HOW TO GET IT", "获取方式"),
    # What a model is good for, and what films are made for.
    "kind-wav2lip": ("mouths", "口型"),
    "kind-restorer": ("restored faces", "人脸修复"),
    "use-commercial": ("commercial", "商业"),
    "use-research": ("research", "研究"),
    "use-personal": ("personal", "个人"),
    "nothing-yet": ("nothing, unless it is accepted", "未经接受不得使用"),
    "any": ("any", "任意"),
    "by-fetch": ("lectern models fetch {name}", "lectern models fetch {name}"),
    "by-hand": (
        "download it from {page}, then `lectern models add FILE`",
        "从 {page} 下载，然后 `lectern models add 文件`",
    ),
    # What became of it.
    "copying": ("copying", "复制"),
    "downloading": ("downloading", "下载"),
    "models-none": (
        "There is no model on the shelf {root}. `lectern models fetch` lists known ones.",
        "模型架 {root} 上没有模型。`lectern models fetch` 列出已知模型。",
    ),
    "model-added": (
        "{name} is on the shelf (for {kind}): {path}",
        "{name} 已放上模型架（用途：{kind}）：{path}",
    ),
    "model-again": (
        "{name} was on the shelf already (for {kind}); its card is up to date: {path}",
        "{name} 已在模型架上（用途：{kind}），卡片已更新：{path}",
    ),
    "model-left-out": (
        "Left out, as no part of the model: {files}",
        "未复制（不属于该模型）：{files}",
    ),
    "model-there": ("{name} is on the shelf already, and sound: {path}", "{name} 已在模型架上且完好：{path}"),
    "model-unopened": (
        "Nobody looked into it: what opens it is not installed here. Elsewhere `lectern models verify` does.",
        "未检查其内容：此处没有安装能打开它的组件。可在其他机器上运行 `lectern models verify`。",
    ),
    "model-not-yet": (
        (
            "Its licence ({licence}) does not allow {use} use, which films here are made for: it is refused "
            "until somebody takes that on with `lectern models accept {name}`."
        ),
        (
            "其许可证（{licence}）不允许{use}用途，而此处的影片正用于该用途：在有人用 "
            "`lectern models accept {name}` 承担责任之前，它会被拒绝。"
        ),
    ),
    "model-no-licence": (
        (
            "Nobody said under which licence it may be used (`--licence`), so that it is refused until "
            "somebody takes that on with `lectern models accept {name}`."
        ),
        (
            "没有人说明它的许可证（`--licence`）：在有人用 `lectern models accept {name}` 承担责任之前，"
            "它会被拒绝。"
        ),
    ),
    "model-sound": ("sound", "完好"),
    "model-allowed": (
        "{name} may be used for {use} films anyway; there is nothing to accept.",
        "{name} 本来就可用于{use}影片，无需接受。",
    ),
    "model-accepted": (
        "{name} may be used for {use} films: {by} took it on. The manifest of each film will tell so.",
        "{name} 可用于{use}影片：由 {by} 承担。用它制作的每部影片都会在清单文件中说明。",
    ),
    "model-removed": ("{name} was taken off the shelf.", "{name} 已从模型架移除。"),
    "model-unasked": (
        "There is no ledger here: whether jobs still need it was not asked.",
        "此处没有账本：未检查是否仍有任务需要它。",
    ),
    # Questions.
    "terms-head": (
        "{name} belongs to others. Its licence, {licence}, says:",
        "{name} 归他人所有。其许可证 {licence} 规定：",
    ),
    "ask-terms": (
        "Do you agree to these terms and want {name} downloaded? [y/N]",
        "您是否同意这些条款并下载 {name}？[y/N]",
    ),
    "ask-accept": (
        "Shall {name} be used for {use} films, with {by} answering for it? [y/N]",
        "是否将 {name} 用于{use}影片，并由 {by} 负责？[y/N]",
    ),
}
