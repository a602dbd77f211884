"""Messages of the manifest room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

_FILE = (
    message(
        "manifest-workbook",
        (
            "This file is a workbook, a Word document or an archive, not text.",
            "Scripts are read as plain text.",
            "Save the script as plain text (UTF-8), and name that file.",
        ),
        (
            "该文件是工作簿、Word 文档或压缩包，不是文本。",
            "脚本以纯文本读取。",
            "请把脚本另存为纯文本（UTF-8），并填写该文件名。",
        ),
    ),
    message(
        "manifest-nul",
        (
            "This is no text file: it contains NUL bytes.",
            "It is a picture or another binary file, or UTF-16 text without a byte order mark.",
            "Name a text file, or save the text again as UTF-8.",
        ),
        (
            "这不是文本文件：其中含有 NUL 字节。",
            "它可能是图片等二进制文件，或没有字节顺序标记的 UTF-16 文本。",
            "请指定文本文件，或把文本重新保存为 UTF-8。",
        ),
    ),
    message(
        "manifest-encoding",
        (
            "The text is in an unknown encoding (first seen at byte {byte}).",
            "UTF-8, UTF-16 with a byte order mark and GB18030 are read; others are not guessed.",
            "Save the file again as UTF-8.",
        ),
        (
            "文本编码无法识别（首次出现在第 {byte} 字节）。",
            "支持 UTF-8、带字节顺序标记的 UTF-16 和 GB18030；其他编码彼此相似，不作猜测。",
            "请把文件重新保存为 UTF-8。",
        ),
    ),
    message(
        "manifest-no-rows",
        (
            "The manifest has no rows.",
            "It is empty, or has nothing below its header.",
            "Write a header (id, script, portrait) and one row for each film.",
        ),
        (
            "清单中没有任何行。",
            "文件为空，或表头下面没有内容。",
            "请写上表头（id, script, portrait），每部影片一行。",
        ),
    ),
    message(
        "manifest-rows",
        (
            "The manifest has more than {limit} rows.",
            "One batch is limited, so that a wrong file cannot fill the farm.",
            "Split it, or raise manifest_rows in [limits] of lectern.toml.",
        ),
        (
            "清单超过 {limit} 行。",
            "单个批次有行数上限，以免误传的文件占满农场。",
            "请拆分清单，或在 lectern.toml 的 [limits] 中调大 manifest_rows。",
        ),
    ),
    message(
        "manifest-quote",
        (
            "The quotes of this row do not match; nothing below it could be read.",
            "A cell that begins with a quote ends at the next single one; a quote inside is written twice.",
            "Look for a quote that never closes, here or just above.",
        ),
        (
            "该行的引号不成对，其后的内容无法读取。",
            "以引号开头的单元格到下一个单独的引号结束；单元格内的引号要写两次。",
            "请检查本行或上一行是否有未闭合的引号。",
        ),
    ),
    message(
        "manifest-cell-long",
        (
            "A cell of this row is too long; nothing below it could be read.",
            "Often the rest of the file became one cell, because a quote never closes.",
            "Look for a quote that never closes; a long script goes into a file, named in script_file.",
        ),
        (
            "该行有单元格过长，其后的内容无法读取。",
            "常见原因是引号未闭合，使文件其余部分成了一个单元格。",
            "请检查引号；很长的脚本请存成文件并写在 script_file 列。",
        ),
    ),
    message(
        "manifest-column-twice",
        (
            "The column {name} stands in the header more than once.",
            "It would be unclear which one counts.",
            "Rename or delete one of them.",
        ),
        ("表头中 {name} 列出现了不止一次。", "无法确定以哪一列为准。", "请改名或删除其中一列。"),
    ),
    message(
        "manifest-column-missing",
        (
            "The manifest has no column {name}.",
            "Each film needs a script (or script_file) and a portrait; the first row has to be the header.",
            "Add the column, or the header row itself.",
        ),
        (
            "清单缺少 {name} 列。",
            "每部影片都需要脚本（script 或 script_file）和肖像（portrait）；首行必须是表头。",
            "请补上该列或表头。",
        ),
    ),
    message(
        "manifest-column-unused",
        (
            "The column {name} is not used.",
            "It is no column that Lectern knows, and no script has a variable of that name.",
            "Delete it, or use it in a script as a variable in double braces.",
        ),
        (
            "{name} 列没有被使用。",
            "它不是 Lectern 认识的列，也没有脚本使用同名变量。",
            "请删除该列，或在脚本中用双花括号引用它。",
        ),
        "warning",
    ),
    message(
        "manifest-column-misspelt",
        (
            "The column {name} is not used. Did you mean {meant}?",
            "It is no column that Lectern knows, and no script has a variable of that name.",
            "Rename it to {meant}, or delete it.",
        ),
        (
            "{name} 列没有被使用。是否想写 {meant}？",
            "它不是 Lectern 认识的列，也没有脚本使用同名变量。",
            "请改名为 {meant}，或删除该列。",
        ),
        "warning",
    ),
    message(
        "manifest-column-reserved",
        (
            "The column {name} means something that this version cannot do yet.",
            "Names of coming options are kept free, so that today's manifests keep their meaning.",
            "Empty or delete the column; a variable of that name needs another one.",
        ),
        (
            "{name} 列所表示的功能当前版本尚不支持。",
            "将来选项的名称已预留，以保证现有清单的含义不变。",
            "请清空或删除该列；若用作变量，请换一个名称。",
        ),
    ),
    message(
        "manifest-option-unknown",
        (
            "The option {name} is not known.",
            "An option says how a film shall be: one that is not understood is refused, not left out.",
            "These are known: {known}. Correct its name, or empty or delete the column.",
        ),
        (
            "选项 {name} 无法识别。",
            "选项决定影片的样子；无法识别的选项会被拒绝，而不会被悄悄忽略。",
            "已知选项有：{known}。请更正名称，或清空、删除该列。",
        ),
    ),
)

_ROW = (
    message(
        "manifest-row-long",
        (
            "This row has more cells than the header has columns; too many: {cells}.",
            "Most often a text with commas stands there without quotes.",
            "Put the text into double quotes, or give the column a name.",
        ),
        (
            "该行比表头多出 {cells} 个单元格。",
            "最常见的原因是含逗号的文本没有加引号。",
            "请用双引号括住文本，或给该列加上列名。",
        ),
    ),
    message(
        "manifest-id-twice",
        (
            "The id {id} was given to row {first} already.",
            "Rows are named by their id, in progress, results and retries.",
            "Give each row an id of its own, or none.",
        ),
        (
            "id {id} 已用于第 {first} 行。",
            "进度、结果和重试都以 id 区分各行。",
            "请为每行使用不同的 id，或都不写。",
        ),
    ),
    message(
        "manifest-field-long",
        (
            "The text in column {name} is longer than {limit} characters.",
            "It is a name or a choice, not a text.",
            "Shorten it; what is to be spoken belongs into script.",
        ),
        (
            "{name} 列的内容超过 {limit} 个字符。",
            "该列用于名称或选项，而不是正文。",
            "请缩短；要朗读的内容应写在 script 列。",
        ),
    ),
    message(
        "manifest-script-missing",
        (
            "This row has no script.",
            "Each film needs words to speak.",
            "Write it into the column script, or name a text file in script_file.",
        ),
        (
            "该行没有脚本。",
            "每部影片都需要要朗读的内容。",
            "请填写 script，或在 script_file 中写文本文件名。",
        ),
    ),
    message(
        "manifest-script-twice",
        (
            "This row has both a script and a script_file.",
            "It would be unclear which of them is spoken.",
            "Empty one of the two cells.",
        ),
        ("该行同时填写了 script 和 script_file。", "无法确定朗读哪一个。", "请清空其中一个。"),
    ),
    message(
        "manifest-portrait-missing",
        (
            "This row has no portrait.",
            "Each film shows a face.",
            "Name a picture, relative to the manifest's folder.",
        ),
        ("该行没有肖像。", "每部影片都需要一张脸。", "请填写图片文件名（相对于清单所在文件夹）。"),
    ),
    message(
        "manifest-variable-unfilled",
        (
            "The script's variable {variable} has no value in this row.",
            "It would be a gap in the middle of a sentence.",
            "Fill the column {variable}, or write a default behind a bar in the script: {variable}|friend.",
        ),
        (
            "脚本变量 {variable} 在该行没有值。",
            "否则句子中间会缺一块。",
            "请填写 {variable} 列，或在脚本变量中用竖线写明默认内容，例如 {variable}|朋友。",
        ),
    ),
    message(
        "manifest-variable-misspelt",
        (
            "There is no column for the script's variable {variable}. Did you mean {meant}?",
            "A variable takes what stands in the column of its name.",
            "Write {meant} between the braces of the script, or add a column {variable}.",
        ),
        (
            "没有与脚本变量 {variable} 对应的列。是否想写 {meant}？",
            "变量取同名列中的内容。",
            "请把脚本花括号中的名称改为 {meant}，或增加 {variable} 列。",
        ),
    ),
    message(
        "manifest-variable-itself",
        (
            "A script cannot hold {variable} as a variable.",
            "It would be filled with itself.",
            "Use another column.",
        ),
        ("脚本不能使用 {variable} 作为变量。", "那等于用脚本填充脚本自身。", "请使用其他列。"),
    ),
    message(
        "manifest-variable-malformed",
        (
            "The script's variable {text} cannot be read.",
            "A variable is a column's name between double braces; a kind or a default may follow it.",
            "Write the column's name between the braces, like name, name|friend or day:date; close them.",
        ),
        (
            "脚本中的变量 {text} 无法识别。",
            "变量是双花括号中的列名；其后可用冒号写类型，用竖线写单元格为空时的内容。",
            "请在花括号中写列名并写全右括号；写法如 name、name|朋友 或 day:date。",
        ),
    ),
)

_PATH = (
    message(
        "manifest-path-absolute",
        (
            "{path} is an absolute path.",
            "Files are named relative to the manifest's folder, so that a batch can be moved as a whole.",
            "Put the file beside the manifest, and write its name alone.",
        ),
        (
            "{path} 是绝对路径。",
            "文件名须相对于清单所在文件夹，这样整个批次可以一起移动。",
            "请把文件放在清单旁边，只写文件名。",
        ),
    ),
    message(
        "manifest-path-outside",
        (
            "{path} leads out of the manifest's folder.",
            "A manifest may only use files of its own folder, links included.",
            "Copy the file into the folder.",
        ),
        (
            "{path} 指向清单文件夹之外。",
            "清单只能使用自己文件夹内的文件，链接也不例外。",
            "请把文件复制到该文件夹中。",
        ),
    ),
    message(
        "manifest-file-missing",
        (
            "There is no file {path}.",
            "It is looked for in the manifest's folder; capital letters count.",
            "Correct the name, or put the file there.",
        ),
        ("找不到文件 {path}。", "在清单所在文件夹中查找，区分大小写。", "请更正文件名，或把文件放到该处。"),
    ),
    message(
        "manifest-file-irregular",
        (
            "{path} is a folder, or something else that is no ordinary file.",
            "Folders, pipes and devices hold no script and no picture.",
            "Name a file.",
        ),
        ("{path} 是文件夹，或不是普通文件。", "文件夹、管道和设备不能作为脚本或图片。", "请填写文件名。"),
    ),
    message(
        "manifest-file-unreadable",
        (
            "{path} cannot be read: {reason}.",
            "The operating system refused it.",
            "Check who may read the file.",
        ),
        ("无法读取 {path}：{reason}。", "操作系统拒绝了访问。", "请检查文件的读取权限。"),
    ),
    message(
        "manifest-file-large",
        (
            "{path} is larger than {limit} bytes.",
            "Files of a batch are limited, so that a wrong one cannot fill the disk.",
            "Use a smaller file, or raise the limit in [limits] of lectern.toml.",
        ),
        (
            "{path} 超过 {limit} 字节。",
            "批次文件有大小上限，以免误传的文件占满磁盘。",
            "请使用更小的文件，或在 lectern.toml 的 [limits] 中调大上限。",
        ),
    ),
)

MESSAGES: tuple[Message, ...] = (*_FILE, *_ROW, *_PATH)
