"""Messages about what stands beside a manifest, and about the values of variables."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "manifest-side-malformed",
        (
            "{file} cannot be read from line {line} on.",
            'It says in TOML what holds for every row of the manifest beside it: name = "text".',
            "Correct the line; text stands in quotes, and so does a name with other letters than a to z.",
        ),
        (
            "{file} 从第 {line} 行起无法读取。",
            '它用 TOML 格式写明对清单所有行都有效的值：名称 = "文本"。',
            "请更正该行；文本要加引号，中文名称也要加引号。",
        ),
    ),
    message(
        "manifest-side-key",
        (
            "{file} says {key}, which means nothing.",
            "It may say template and sheet, and defaults for columns under [defaults].",
            "Delete {key}, or move it under [defaults] if it is a column or a variable.",
        ),
        (
            "{file} 中的 {key} 没有意义。",
            "可以写 template 和 sheet，并在 [defaults] 下写各列的默认值。",
            "请删除 {key}；如果它是列或变量，请移到 [defaults] 下。",
        ),
    ),
    message(
        "manifest-side-key-misspelt",
        (
            "{file} says {key}. Did you mean {meant}?",
            "It may say template and sheet, and defaults for columns under [defaults].",
            "Write {meant}, or delete {key}.",
        ),
        (
            "{file} 中写了 {key}。是否想写 {meant}？",
            "可以写 template 和 sheet，并在 [defaults] 下写各列的默认值。",
            "请改写为 {meant}，或删除 {key}。",
        ),
    ),
    message(
        "manifest-side-key-twice",
        (
            "{file} says {key} twice, in two spellings.",
            "It would be unclear which one counts.",
            "Delete one of them.",
        ),
        (
            "{file} 用两种写法重复写了 {key}。",
            "无法确定以哪一个为准。",
            "请删除其中一个。",
        ),
    ),
    message(
        "manifest-side-defaults",
        (
            "The defaults in {file} are no group of names and values.",
            "A column's or variable's name stands before each value.",
            'Write [defaults] on a line of its own, and below it lines such as: voice = "en-us".',
        ),
        (
            "{file} 中的 defaults 不是一组名称和值。",
            "每个值前都要有列名或变量名。",
            '请单独写一行 [defaults]，并在其下写各行，如：voice = "cmn"。',
        ),
    ),
    message(
        "manifest-side-value",
        (
            "The value of {key} in {file} is a list or a table.",
            "A default is what a cell would hold: one text, number or yes and no.",
            "Write it as one text in quotes.",
        ),
        (
            "{file} 中 {key} 的值是列表或表。",
            "默认值应与单元格内容相同：一个文本、数字或真假值。",
            "请写成一个带引号的文本。",
        ),
    ),
    message(
        "manifest-set-malformed",
        (
            "--set {text} cannot be understood.",
            "It says what holds for rows whose cell is empty: a column, an equals sign, a value.",
            "Write it like this: --set voice=en-us.",
        ),
        (
            "无法理解 --set {text}。",
            "它为空单元格指定值：列名、等号、值。",
            "写法示例：--set voice=en-us。",
        ),
    ),
    message(
        "manifest-default-id",
        (
            "The same {name} cannot be given to every row.",
            "Rows are told apart by it.",
            "Leave it away: a row without an id has its number as its id.",
        ),
        (
            "不能给所有行相同的 {name}。",
            "各行靠它来区分。",
            "请去掉；没有 id 的行以行号为 id。",
        ),
    ),
    message(
        "manifest-default-unused",
        (
            "A value is set for {name}, which nothing uses.",
            "It is no column that Lectern knows, and no script has a variable of that name.",
            "Correct the name, or take it away.",
        ),
        (
            "为 {name} 设置了值，但没有任何地方使用它。",
            "它不是 Lectern 认识的列，也没有脚本使用同名变量。",
            "请更正名称，或去掉它。",
        ),
    ),
    message(
        "manifest-template-idle",
        (
            "No row uses the template {file}.",
            "A row's own script goes before it, and every row has one.",
            "Empty the scripts of the rows that shall use it, or leave the template away.",
        ),
        (
            "没有任何行使用模板 {file}。",
            "行内自带的脚本优先，而每一行都有脚本。",
            "请清空要使用模板的行的脚本，或去掉模板。",
        ),
    ),
    message(
        "manifest-default-misspelt",
        (
            "A value is set for {name}, which nothing uses. Did you mean {meant}?",
            "It is no column that Lectern knows, and no script has a variable of that name.",
            "Write {meant}, or take it away.",
        ),
        (
            "为 {name} 设置了值，但没有任何地方使用它。是否想写 {meant}？",
            "它不是 Lectern 认识的列，也没有脚本使用同名变量。",
            "请改写为 {meant}，或去掉它。",
        ),
    ),
    message(
        "manifest-variables-many",
        (
            "This script has more than {limit} variables.",
            "Each row would have to fill all of them.",
            "Put what belongs together into one column, or write several scripts.",
        ),
        (
            "该脚本的变量超过 {limit} 个。",
            "每一行都要填写全部变量。",
            "请把相关内容合并到一列，或拆成多个脚本。",
        ),
    ),
    message(
        "manifest-problems-many",
        (
            "More than {limit} problems were found; the rest of the file was not read.",
            "So many are one mistake that is made in every row.",
            "Mend what is told first, and submit again.",
        ),
        (
            "发现的问题超过 {limit} 个，文件其余部分未再读取。",
            "这么多问题通常是每一行都犯了同一个错误。",
            "请先解决列出的问题，再重新提交。",
        ),
    ),
    message(
        "manifest-variable-kind",
        (
            "The script's variable {text} asks for {kind}, which there is not.",
            "What stands behind the colon says how a value is checked and written.",
            "Write one of these behind the colon, or leave it away: {known}.",
        ),
        (
            "脚本变量 {text} 要求的类型 {kind} 不存在。",
            "冒号后面的词决定如何检查和书写该值。",
            "冒号后请写以下之一，或省略：{known}。",
        ),
    ),
    message(
        "manifest-variable-whole",
        (
            "“{value}” is no whole number.",
            "The script asks for one here, such as 12 or 1,200.",
            "Correct the value, or take `:whole` out of the script's variable.",
        ),
        (
            "“{value}”不是整数。",
            "脚本此处需要整数，如 12 或 1,200。",
            "请更正该值，或去掉脚本变量中的 `:whole`。",
        ),
    ),
    message(
        "manifest-variable-number",
        (
            "“{value}” is no number, or one that can be read in two ways.",
            "The script asks for one, such as 12.5; where a comma parts the decimals, 1.200 could be either.",
            "Write it without separators between thousands, or take `:number` out of the script's variable.",
        ),
        (
            "“{value}”不是数字，或有两种读法。",
            "脚本此处需要数字，如 12.5 或 1,200.5；在用逗号作小数点的语言中，1.200 有两种读法。",
            "请去掉千位分隔符，或去掉脚本变量中的 `:number`。",
        ),
    ),
    message(
        "manifest-variable-date",
        (
            "“{value}” is no date, or one that can be read in two ways.",
            "The script asks for one here; 3/2/2026 is a day in March to some and one in February to others.",
            "Write it as 2026-03-02, or as 2 March 2026.",
        ),
        (
            "“{value}”不是日期，或有两种读法。",
            "脚本此处需要日期；3/2/2026 在不同国家表示不同的日子。",
            "请写成 2026-03-02 或 2026年3月2日。",
        ),
    ),
    message(
        "manifest-variable-time",
        (
            "“{value}” is no time of day.",
            "The script asks for one here.",
            "Write it as 14:30, or as 2:30 pm.",
        ),
        (
            "“{value}”不是时刻。",
            "脚本此处需要时刻。",
            "请写成 14:30 或 14点30分。",
        ),
    ),
)
