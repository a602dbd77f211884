"""Messages of models that are folders, and of models that hear and write: what may turn out to be wrong."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_AGAIN_EN = "Download the whole folder again from where it came, and add it anew."
_AGAIN_ZH = "请从原处重新下载整个文件夹，然后重新添加。"

_FOLDERS = (
    message(
        "model-folder-incomplete",
        (
            "The folder “{folder}” is no whole model: {missing} is missing.",
            "A model that is a folder needs each of its files; downloads of several files often break off.",
            _AGAIN_EN,
        ),
        (
            "文件夹“{folder}”不是完整的模型：缺少 {missing}。",
            "由文件夹构成的模型需要其全部文件；多文件下载常常中断。",
            _AGAIN_ZH,
        ),
    ),
    message(
        "model-folder-unknown",
        (
            "The folder “{folder}” has a config.json of no kind of model that is known here.",
            "What a folder holds is told by its config.json: Coqui's names a model, Transformers' a network.",
            "Give the folder that holds config.json and the weights; docs/models.md tells which models.",
        ),
        (
            "文件夹“{folder}”中的 config.json 不属于此处已知的任何模型种类。",
            "文件夹的内容由其 config.json 判断：Coqui 的注明模型，Transformers 的注明网络。",
            "请给出包含 config.json 和权重的文件夹；docs/models.md 说明支持哪些模型。",
        ),
    ),
    message(
        "model-folder-other",
        (
            "The folder “{folder}” holds a model of the kind {found}, not {kind}.",
            "What a folder holds is told by its config.json.",
            "Leave out `--kind`, or give another folder.",
        ),
        (
            "文件夹“{folder}”中的模型种类是 {found}，而不是 {kind}。",
            "文件夹的内容由其 config.json 判断。",
            "请去掉 `--kind`，或给出其他文件夹。",
        ),
    ),
    message(
        "model-folder-needed",
        (
            "“{file}” is one file; a model of the kind {kind} is a folder.",
            "Such a model needs its config.json and other files beside its weights.",
            "Give the folder that they lie in: `lectern models add FOLDER`.",
        ),
        (
            "“{file}”是单个文件；{kind} 类模型是一个文件夹。",
            "这类模型除权重外还需要 config.json 等文件。",
            "请给出它们所在的文件夹：`lectern models add 文件夹`。",
        ),
    ),
    message(
        "model-folder-pickle",
        (
            "The weights in “{folder}” are there as a pickle alone: {file}. It was not opened.",
            "A pickle may name code to run; for language models only safetensors are opened.",
            "Get the model's safetensors, or have who trusts it write them (`save_pretrained`).",
        ),
        (
            "“{folder}”中的权重只有 pickle 格式：{file}。文件没有被打开。",
            "pickle 可能指定要执行的代码；语言模型只打开 safetensors。",
            "请获取该模型的 safetensors，或由信任它的人转换（`save_pretrained`）。",
        ),
    ),
    message(
        "model-folder-code",
        (
            "The model in “{folder}” needs a program of its own, which lies beside it. It was not run.",
            "Models come from strangers; an operator may trust a program that they have read.",
            "Use a model that the library knows, or trust it: `lectern models add FOLDER --trust`.",
        ),
        (
            "“{folder}”中的模型需要自带的程序才能运行。该程序没有被执行。",
            "模型往往来自陌生人；管理员可以信任自己读过的程序。",
            "请使用库本身支持的模型，或信任它：`lectern models add 文件夹 --trust`。",
        ),
    ),
    message(
        "model-folder-large",
        (
            "The model in “{folder}” has {files} files of {gb} GB; at most {most} of {most_gb} GB are taken.",
            "No machine could use more; something else was taken for a model.",
            "Give the folder of one model alone.",
        ),
        (
            "“{folder}”中的模型有 {files} 个文件，共 {gb} GB；最多接受 {most} 个文件，共 {most_gb} GB。",
            "没有机器能使用更大的模型；可能拿错了文件夹。",
            "请给出仅含一个模型的文件夹。",
        ),
    ),
    message(
        "model-config-unreadable",
        (
            "“{file}” of the model cannot be read as JSON.",
            "It is cut off, larger than any configuration, or no file at all.",
            _AGAIN_EN,
        ),
        (
            "无法将模型的“{file}”作为 JSON 读取。",
            "文件不完整、大得不像配置文件，或根本不是文件。",
            _AGAIN_ZH,
        ),
    ),
    message(
        "model-weights-unfit",
        (
            "“{file}” does not fit its own description: “{key}” is {found} where {shape} is needed.",
            "Entries are compared by name and shape; this is the first to differ. A dash stands for none.",
            _AGAIN_EN,
        ),
        (
            "“{file}”与其自身的说明不符：“{key}”为 {found}，应为 {shape}。",
            "按名称和形状比较各条目，这是第一处不同；短横表示没有。",
            _AGAIN_ZH,
        ),
    ),
)

_KINDS = (
    message(
        "model-ear-other",
        (
            "“{file}” is no checkpoint of Whisper.",
            "Whisper's hold two tables, dims and model_state_dict; those of other libraries look otherwise.",
            "Bring a .pt as OpenAI gives it away: `lectern models fetch` lists them.",
        ),
        (
            "“{file}”不是 Whisper 的权重文件。",
            "Whisper 的权重文件含有 dims 和 model_state_dict 两个表；其他库的格式不同。",
            "请使用 OpenAI 发布的 .pt 文件：`lectern models fetch` 会列出它们。",
        ),
    ),
    message(
        "model-writer-other",
        (
            "The model in “{folder}” cannot write: {reason}.",
            "Scripts are written by language models that continue a text; the library says why this is none.",
            "Bring a chat model such as Qwen, Llama or GLM-4, as its owner gives it away.",
        ),
        (
            "“{folder}”中的模型无法撰写：{reason}。",
            "脚本由续写文本的语言模型撰写；以上是库给出的原因。",
            "请使用 Qwen、Llama 或 GLM-4 等对话模型，保持权利人发布时的原样。",
        ),
    ),
    message(
        "model-no-chat-template",
        (
            "The model in “{folder}” has no chat template.",
            "Without one nobody knows how to ask it: it was trained to continue texts, not to answer.",
            "Bring the model's variant for chats; its name often ends in Instruct or Chat.",
        ),
        (
            "“{folder}”中的模型没有对话模板。",
            "没有模板就不知道如何向它提问：它只会续写文本，不会回答。",
            "请使用该模型的对话版本，其名称通常以 Instruct 或 Chat 结尾。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (*_FOLDERS, *_KINDS)
