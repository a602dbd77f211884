"""Messages about models that are added and fetched: where they come from, and what goes wrong on the way."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_CATALOGUE_WHY = (
    "A catalogue tells of models by their content: name, size, SHA-256, licence and where their owner gives "
    "them away. Lectern has one of its own; [models] catalogue may name another."
)
_CATALOGUE_WHY_ZH = (
    "目录按内容记录模型：名称、大小、SHA-256、许可证以及权利人的发布地址。Lectern 自带一份，"
    "[models] catalogue 可指定另一份。"
)
_VERIFIED_WHY = (
    "What is downloaded is opened only once its size and SHA-256 are those of the catalogue; owners move "
    "their files and addresses come to give something else."
)
_VERIFIED_WHY_ZH = (
    "下载的文件只有在大小和 SHA-256 与目录一致后才会被打开；权利人会移动文件，地址可能变成其他内容。"
)

_ADDING = (
    message(
        "model-source-unreadable",
        (
            "The model file “{file}” cannot be read: {reason}.",
            "It has to be a regular file that you may read.",
            "Check its path and its permissions.",
        ),
        (
            "无法读取模型文件“{file}”：{reason}。",
            "它必须是您有权读取的普通文件。",
            "请检查路径和权限。",
        ),
    ),
    message(
        "model-name-taken",
        (
            "Other weights are called “{model}” on the shelf already.",
            "A name means one file of weights; films remember theirs by digest, people by name.",
            "Choose another with `--name`, or take the old ones away with `lectern models remove {model}`.",
        ),
        (
            "模型架上已有其他权重名为“{model}”。",
            "一个名称只对应一份权重；影片按摘要记住权重，人按名称记住。",
            "请用 `--name` 另取名称，或用 `lectern models remove {model}` 移除旧的权重。",
        ),
    ),
    message(
        "model-licence-known",
        (
            "This file is known: it is {model}, under the licence {licence}, not {given}.",
            "The catalogue knows it by its SHA-256, and its owner's terms hold however the file is called.",
            (
                "Leave `--licence` out. Whoever has a licence of their own from the owner says so after "
                "adding it: `lectern models accept {model}`."
            ),
        ),
        (
            "该文件是已知的：它是 {model}，许可证为 {licence}，而不是 {given}。",
            "目录按 SHA-256 识别它；无论文件叫什么名字，权利人的条款都适用。",
            "请去掉 `--licence`。若已从权利人处另获授权，请在添加后声明：`lectern models accept {model}`。",
        ),
    ),
    message(
        "model-licence-wrong",
        (
            "“{licence}” cannot be the name of a licence.",
            "Licences are named by SPDX identifiers, several joined by AND, or by a name of their own.",
            "Such as Apache-2.0, CC-BY-NC-4.0, or own for weights that are yours.",
        ),
        (
            "“{licence}”不能作为许可证名称。",
            "许可证用 SPDX 标识表示，多个用 AND 连接，也可用其自身名称。",
            "例如 Apache-2.0、CC-BY-NC-4.0；自有权重请写 own。",
        ),
    ),
    message(
        "model-language-wrong",
        (
            "“{language}” is no language tag.",
            "Languages are told by their BCP 47 tags.",
            "Such as en, zh or pt-BR, with commas between several.",
        ),
        (
            "“{language}”不是语言标签。",
            "语言用 BCP 47 标签表示。",
            "例如 en、zh 或 pt-BR，多个之间用逗号分隔。",
        ),
    ),
    message(
        "model-kind-unsure",
        (
            "What “{file}” is cannot be found out here: the library “{library}” is not installed.",
            "Weights are recognised by opening them; the libraries come by make in a checkout, or by pip.",
            "Say what it is with `--kind`: {known}; or install what trained models need: {install}",
        ),
        (
            "此处无法判断“{file}”是什么：缺少库“{library}”。",
            "识别权重文件需要打开它；所需的库在源码目录中用 make 安装，其他情况用 pip。",
            "请用 `--kind` 指明种类：{known}；或安装训练模型所需的组件：{install}",
        ),
    ),
    message(
        "model-kind-unknown",
        (
            "There is no kind of model “{kind}”.",
            "Its kind says what a model is good for.",
            "Use one of these: {known}.",
        ),
        (
            "没有名为“{kind}”的模型种类。",
            "种类说明模型的用途。",
            "请使用以下之一：{known}。",
        ),
    ),
)

_IN_USE = message(
    "model-in-use",
    (
        "“{model}” is still needed: {number} jobs that are not over were promised it ({jobs}).",
        "A film is made with exactly the weights that it was submitted with; its job needs them.",
        "Wait until they are over or cancel them; `--force` takes the model away all the same.",
    ),
    (
        "仍需要“{model}”：有 {number} 个未结束的任务已选定它（{jobs}）。",
        "影片只用提交时选定的那份权重制作；没有它，任务无法继续。",
        "请等待任务结束或取消任务；加 `--force` 则强行移除。",
    ),
)

_RESTORERS = (
    message(
        "model-restorer-unknown",
        (
            "“{file}” holds weights of no network that is known here.",
            "A restorer of faces is recognised by its entries: GFPGAN, RestoreFormer, or CodeFormer.",
            "Bring a checkpoint of one of these, such as GFPGANv1.4.pth.",
        ),
        (
            "“{file}”中的权重不属于此处已知的任何网络。",
            "人脸修复模型按其条目识别：GFPGAN、RestoreFormer 或 CodeFormer。",
            "请使用其中一种的权重文件，例如 GFPGANv1.4.pth。",
        ),
    ),
    message(
        "model-restorer-other",
        (
            "“{file}” is nearly a network that is known here, but differs: {reason}",
            "Its entries are compared with those of the network that it was recognised as.",
            "Bring the file as its owner gives it away, such as GFPGANv1.4.pth.",
        ),
        (
            "“{file}”接近此处已知的网络，但存在差异：{reason}",
            "会将其条目与识别出的网络逐一比较。",
            "请使用权利人发布的原始文件，例如 GFPGANv1.4.pth。",
        ),
    ),
    message(
        "model-restorer-no-faces",
        (
            "“{file}” is a {architecture}, which does not restore faces.",
            "Only networks that were made for faces keep a face who it is.",
            "Bring a checkpoint of GFPGAN, RestoreFormer or CodeFormer.",
        ),
        (
            "“{file}”是 {architecture}，不能修复人脸。",
            "只有专为人脸训练的网络才能保持人物的样貌。",
            "请使用 GFPGAN、RestoreFormer 或 CodeFormer 的权重文件。",
        ),
    ),
)

_CATALOGUES = (
    message(
        "model-not-known",
        (
            "No catalogue knows a model “{model}”.",
            _CATALOGUE_WHY,
            "Use one of these: {known}. A file that you have is added with `lectern models add FILE`.",
        ),
        (
            "目录中没有名为“{model}”的模型。",
            _CATALOGUE_WHY_ZH,
            "请使用以下之一：{known}。已有的文件请用 `lectern models add 文件` 添加。",
        ),
    ),
    message(
        "model-catalogue-wrong",
        (
            "The catalogue of models {path} cannot be used: {reason}.",
            _CATALOGUE_WHY,
            "Correct the file, or leave [models] catalogue empty; config/models.toml shows the form.",
        ),
        (
            "无法使用模型目录 {path}：{reason}。",
            _CATALOGUE_WHY_ZH,
            "请更正该文件，或将 [models] catalogue 留空；格式见 config/models.toml。",
        ),
    ),
    message(
        "model-terms-open",
        (
            "“{model}” was not downloaded: nobody accepted its licence, {licence}.",
            "What somebody else owns is downloaded only by somebody who agrees to the owner's terms.",
            "Read them ({page}), then run it again with `--accept-licence`.",
        ),
        (
            "未下载“{model}”：尚无人接受其许可证 {licence}。",
            "他人所有的内容只能由同意其条款的人下载。",
            "请阅读条款（{page}），然后加上 `--accept-licence` 重新运行。",
        ),
    ),
)

_FETCHING = (
    message(
        "model-fetch-by-hand",
        (
            "“{model}” cannot be downloaded from here: its owner gives it away on a page only.",
            "Behind such a page (Google Drive, OneDrive) is no lasting address of the file itself.",
            "Open {page} in a browser, download {file}, then `lectern models add {file}`: it is recognised.",
        ),
        (
            "无法从这里下载“{model}”：权利人只在网页上提供。",
            "这类网页（Google Drive、OneDrive）背后没有文件本身的固定地址。",
            "请在浏览器中打开 {page}，下载 {file}，然后运行 `lectern models add {file}`：它会被自动识别。",
        ),
    ),
    message(
        "model-fetch-undigested",
        (
            "“{model}” is not downloaded: the catalogue has no SHA-256 of {file}.",
            _VERIFIED_WHY,
            (
                "Download it by hand ({address}), look whether it is what you want, and add it with "
                "`lectern models add {file}`."
            ),
        ),
        (
            "不下载“{model}”：目录中没有 {file} 的 SHA-256。",
            _VERIFIED_WHY_ZH,
            "请手动下载（{address}），确认是所需文件后用 `lectern models add {file}` 添加。",
        ),
    ),
    message(
        "model-fetch-refused",
        (
            "The address of “{model}” answers with no (HTTP {status}): {address}.",
            _VERIFIED_WHY,
            "Look where the owner gives it away now, and add the file with `lectern models add FILE`.",
        ),
        (
            "“{model}”的地址拒绝了请求（HTTP {status}）：{address}。",
            _VERIFIED_WHY_ZH,
            "请在浏览器中查看权利人现在的发布位置，并用 `lectern models add 文件` 添加。",
        ),
    ),
    message(
        "model-fetch-page",
        (
            "The address of “{model}” gives a web page in place of the file: {address}.",
            _VERIFIED_WHY,
            (
                "Open it in a browser: a sign-in or a question may stand before the file. Then add what you "
                "downloaded with `lectern models add FILE`."
            ),
        ),
        (
            "“{model}”的地址返回的是网页而不是文件：{address}。",
            _VERIFIED_WHY_ZH,
            "请在浏览器中打开：文件之前可能需要登录或确认。然后用 `lectern models add 文件` 添加下载的文件。",
        ),
    ),
    message(
        "model-fetch-other",
        (
            "The address of “{model}” gives another file than the known one: {address}. It was thrown away.",
            _VERIFIED_WHY,
            "Ask its owner what changed. A file that you trust is added with `lectern models add FILE`.",
        ),
        (
            "“{model}”的地址给出的不是已知的那个文件：{address}。下载内容已丢弃。",
            _VERIFIED_WHY_ZH,
            "请向权利人了解变化。您信任的文件可用 `lectern models add 文件` 添加。",
        ),
    ),
    message(
        "model-fetch-insecure",
        (
            "The address of “{model}” leads on to one without encryption: {address}. It was not followed.",
            _VERIFIED_WHY,
            "Download the file by hand, and add it with `lectern models add FILE`.",
        ),
        (
            "“{model}”的地址转到了未加密的地址：{address}。未予跟随。",
            _VERIFIED_WHY_ZH,
            "请手动下载文件，并用 `lectern models add 文件` 添加。",
        ),
    ),
    message(
        "model-fetch-away",
        (
            "“{model}” could not be downloaded whole from {host}: {reason}. {kept_mb} MB of it are kept.",
            "The connection failed, broke off or stood still, again and again.",
            "Run the same command again: it goes on from there. Behind a proxy, set https_proxy.",
        ),
        (
            "未能从 {host} 完整下载“{model}”：{reason}。已保留 {kept_mb} MB。",
            "连接失败、中断或停滞，多次重试仍未成功。",
            "请再次运行同一命令，会从断点继续。使用代理时请设置 https_proxy。",
        ),
    ),
    message(
        "model-fetch-busy",
        (
            "“{model}” is being downloaded by somebody else.",
            "Two downloads of the same file would write over each other.",
            "Wait until it is there: `lectern models list`.",
        ),
        (
            "“{model}”正由他人下载。",
            "同一文件的两个下载会互相覆盖。",
            "请等待完成：`lectern models list`。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (*_ADDING, _IN_USE, *_RESTORERS, *_CATALOGUES, *_FETCHING)
