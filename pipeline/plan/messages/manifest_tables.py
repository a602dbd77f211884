"""Messages about the files that manifests are read from: spreadsheets, workbooks, lines of JSON."""

from __future__ import annotations

from pipeline.plan.messages.model import Message, message

MESSAGES: tuple[Message, ...] = (
    message(
        "manifest-lines",
        (
            "The file goes on for more than {limit} lines.",
            "No spreadsheet has so many, and even empty ones take time.",
            "Delete the empty lines at its end; a long list is split into several batches.",
        ),
        (
            "文件超过 {limit} 行。",
            "没有电子表格有这么多行，空行也要花时间读取。",
            "请删除末尾的空行；很长的清单请拆成多个批次。",
        ),
    ),
    message(
        "manifest-columns-many",
        (
            "This row has more than {limit} columns.",
            "A manifest has a few; so many mean another kind of file, or columns that run on by mistake.",
            "Name the right file, or delete the columns that no script uses.",
        ),
        (
            "该行超过 {limit} 列。",
            "清单只需少数几列；这么多列说明文件选错了，或列误延伸到了很右边。",
            "请指定正确的文件，或删除脚本用不到的列。",
        ),
    ),
    message(
        "manifest-header-again",
        (
            "This row repeats the header.",
            "It happens when several lists are put together.",
            "Delete the row.",
        ),
        (
            "该行重复了表头。",
            "把多个清单合并时常会如此。",
            "请删除该行。",
        ),
    ),
    message(
        "manifest-header-below",
        (
            "This row is the header; what stands above it is not read.",
            "A title names no columns.",
            "Nothing has to be done; delete the rows above if they say nothing about the films.",
        ),
        (
            "以该行为表头，其上方的内容不会读取。",
            "标题行不含列名。",
            "无需处理；如上方各行与影片无关，可以删除。",
        ),
        "warning",
    ),
    message(
        "manifest-header-merged",
        (
            "The first row has merged cells ({cells}).",
            "It has to name the columns, one name to a cell.",
            "Delete a title above the header, or unmerge the cells (Home > Merge & Center).",
        ),
        (
            "首行含有合并单元格（{cells}）。",
            "首行必须是表头，每个单元格一个列名。",
            "请删除表头上方的标题行，或取消合并（开始 > 合并后居中）。",
        ),
    ),
    message(
        "manifest-cells-merged",
        (
            "The cells {cells} are merged.",
            "Only the first of merged cells holds a value: the others are empty, though they do not look so.",
            "Unmerge them (Home > Merge & Center), and write the value into each row that it is meant for.",
        ),
        (
            "单元格 {cells} 是合并单元格。",
            "合并后只有第一个单元格有值，其余看似有值，实际为空。",
            "请取消合并（开始 > 合并后居中），并在每一行填写该值。",
        ),
    ),
    message(
        "manifest-formula",
        (
            "The cell {cell} holds a formula without a result.",
            "The program that wrote the file did not compute it, and Lectern computes nothing.",
            "Open the file in Excel or LibreOffice and save it, or paste the results as values.",
        ),
        (
            "单元格 {cell} 是没有结果的公式。",
            "生成该文件的程序没有计算公式，而 Lectern 不做计算。",
            "请用 Excel 或 LibreOffice 打开并保存，或把结果粘贴为数值。",
        ),
    ),
    message(
        "manifest-cell-error",
        (
            "The cell {cell} shows the error {value}.",
            "Its formula failed.",
            "Mend the formula, or write the value itself.",
        ),
        (
            "单元格 {cell} 显示错误 {value}。",
            "其中的公式出错了。",
            "请修正公式，或直接填写内容。",
        ),
    ),
    message(
        "manifest-cell-nul",
        (
            "This cell holds a NUL character.",
            "No text has one: the program that wrote the file made a mistake.",
            "Write the cell anew.",
        ),
        (
            "该单元格含有 NUL 字符。",
            "文本中不会有这种字符，是生成文件的程序出了错。",
            "请重新填写该单元格。",
        ),
    ),
    message(
        "manifest-row-hidden",
        (
            "This row is hidden in the sheet, and becomes a film all the same.",
            "Hidden and filtered rows are part of a list, though nobody sees them.",
            "Delete the row if it shall be left out.",
        ),
        (
            "该行在工作表中是隐藏的，但仍会制作成影片。",
            "隐藏或被筛选掉的行虽然看不见，仍属于清单。",
            "如不需要，请删除该行。",
        ),
        "warning",
    ),
    message(
        "manifest-sheets-several",
        (
            "Only the sheet “{sheet}” is read; there is something in {others} as well.",
            "One manifest is one sheet.",
            "Choose another one with --sheet, or submit each by itself.",
        ),
        (
            "只读取工作表“{sheet}”；{others} 中也有内容。",
            "一份清单对应一个工作表。",
            "请用 --sheet 选择其他工作表，或分别提交。",
        ),
        "warning",
    ),
    message(
        "manifest-sheet-missing",
        (
            "There is no sheet “{sheet}”.",
            "The workbook has others.",
            "These are there: {known}.",
        ),
        (
            "没有名为“{sheet}”的工作表。",
            "工作簿中只有其他工作表。",
            "现有：{known}。",
        ),
    ),
    message(
        "manifest-sheet-nowhere",
        (
            "The file has no sheets, so there is no “{sheet}”.",
            "Only workbooks have sheets; this is a text file.",
            "Leave the sheet's name away, or submit the workbook itself.",
        ),
        (
            "该文件没有工作表，也就没有“{sheet}”。",
            "只有工作簿才有工作表，而这是文本文件。",
            "请去掉工作表名，或提交工作簿本身。",
        ),
    ),
    message(
        "manifest-workbook-old",
        (
            "This is a workbook of Excel 97 to 2003 (.xls), or another old Office file.",
            "Its format is not read.",
            "Open it in Excel or LibreOffice and save it as “Excel Workbook (.xlsx)”.",
        ),
        (
            "这是 Excel 97–2003 工作簿（.xls）或其他旧版 Office 文件。",
            "不支持该格式。",
            "请用 Excel 或 LibreOffice 打开，另存为“Excel 工作簿 (.xlsx)”。",
        ),
    ),
    message(
        "manifest-workbook-locked",
        (
            "This workbook is protected by a password.",
            "What is encrypted cannot be read.",
            "In Excel, remove the password under File > Info > Protect Workbook, and save it.",
        ),
        (
            "该工作簿设有密码。",
            "加密的内容无法读取。",
            "请在 Excel 的“文件 > 信息 > 保护工作簿”中取消密码并保存。",
        ),
    ),
    message(
        "manifest-workbook-other",
        (
            "This is no Excel workbook but another kind of file ({kind}).",
            "Workbooks are read as .xlsx and .xlsm.",
            "Save the list as “Excel Workbook (.xlsx)” or as “CSV UTF-8”.",
        ),
        (
            "这不是 Excel 工作簿，而是另一种文件（{kind}）。",
            "工作簿只支持 .xlsx 和 .xlsm。",
            "请把清单另存为“Excel 工作簿 (.xlsx)”或“CSV UTF-8”。",
        ),
    ),
    message(
        "manifest-workbook-damaged",
        (
            "This workbook is damaged.",
            "Parts of it are missing or make no sense.",
            "Open it in Excel or LibreOffice, which may repair it, and save it anew.",
        ),
        (
            "该工作簿已损坏。",
            "部分内容缺失或无法理解。",
            "请用 Excel 或 LibreOffice 打开（可能会自动修复），再重新保存。",
        ),
    ),
    message(
        "manifest-workbook-bomb",
        (
            "This workbook unpacks to more than {megabytes} MB, or to more parts than a list of films has.",
            "It may be made to fill a computer's memory, or its formatting reaches down to the last row.",
            "Copy the rows into a new workbook and save that.",
        ),
        (
            "该工作簿解压后超过 {megabytes} MB，或内部部件过多。",
            "它可能是用来耗尽内存的文件，也可能是格式一直设置到了最后一行。",
            "请把各行复制到新的工作簿中保存。",
        ),
    ),
    message(
        "manifest-workbook-entity",
        (
            "This workbook declares a document type.",
            "No spreadsheet program does; such files are made to attack the programs that read them.",
            "Copy the rows into a new workbook and save that.",
        ),
        (
            "该工作簿含有文档类型声明。",
            "电子表格软件不会这样做；这类文件常用于攻击读取它的程序。",
            "请把各行复制到新的工作簿中保存。",
        ),
    ),
    message(
        "manifest-json-array",
        (
            "This is one JSON array, not an object on each line.",
            "JSON Lines are read line by line, so that a broken row does not take the others with it.",
            "Write each object on a line of its own, without the brackets: `jq -c '.[]'` does it.",
        ),
        (
            "这是一个 JSON 数组，而不是每行一个对象。",
            "JSON Lines 按行读取，这样某一行出错不会影响其他行。",
            "请把每个对象单独写成一行，去掉外层方括号和行间逗号：可用 `jq -c '.[]'`。",
        ),
    ),
    message(
        "manifest-json-spread",
        (
            "The object that begins here goes on over several lines.",
            "In JSON Lines each line is one whole object.",
            "Write each object on one line: `jq -c .` does it.",
        ),
        (
            "此处开始的对象跨越了多行。",
            "在 JSON Lines 中，每一行是一个完整的对象。",
            "请把每个对象写在一行内：可用 `jq -c .`。",
        ),
    ),
    message(
        "manifest-json-malformed",
        (
            "This line is no JSON (character {column}).",
            "Often a quote or a comma is missing or one too many; NaN and Infinity are no JSON either.",
            "Correct the line.",
        ),
        (
            "该行不是有效的 JSON（第 {column} 个字符）。",
            "常见原因是缺少引号或逗号，或最后一个值后多了逗号；NaN 和 Infinity 也不是 JSON。",
            "请更正该行。",
        ),
    ),
    message(
        "manifest-json-object",
        (
            "This line is no object.",
            "Each line is one row, with its columns' names and their values between braces.",
            "Write the values between braces, each behind its column's name in quotes and a colon.",
        ),
        (
            "该行不是对象。",
            "每一行是花括号中的一组列名和值。",
            "请用花括号括住各值，每个值前写上带引号的列名和冒号。",
        ),
    ),
    message(
        "manifest-json-nested",
        (
            "The value of {name} is a list or an object.",
            "A cell holds one text, number or yes and no.",
            "Write it as one text; options of a group are written with a dot, such as face.motion.",
        ),
        (
            "{name} 的值是列表或对象。",
            "一个单元格只能是文本、数字或真假值。",
            "请写成一个文本；成组的选项用点号书写，如 face.motion。",
        ),
    ),
    message(
        "manifest-json-key-twice",
        (
            "{name} stands in this line more than once.",
            "It would be unclear which one counts.",
            "Delete one of them.",
        ),
        (
            "{name} 在该行出现了不止一次。",
            "无法确定以哪一个为准。",
            "请删除其中一个。",
        ),
    ),
    message(
        "manifest-json-long",
        (
            "This line is longer than {limit} characters.",
            "No script is so long.",
            "Put the script into a file, and name it in script_file.",
        ),
        (
            "该行超过 {limit} 个字符。",
            "没有脚本会这么长。",
            "请把脚本存成文件，并写在 script_file 中。",
        ),
    ),
    message(
        "manifest-column-other",
        (
            "The manifest has no column {name}, but one called {other}.",
            "Columns are known by these names alone.",
            "Rename {other} to {name}.",
        ),
        (
            "清单没有 {name} 列，但有 {other} 列。",
            "列只按固定名称识别。",
            "请把 {other} 改名为 {name}。",
        ),
    ),
    message(
        "manifest-id-alike",
        (
            "The ids {id} and {other} (row {first}) differ in capital letters alone.",
            "Spreadsheets and Windows take them for the same name.",
            "Give one of them another id.",
        ),
        (
            "id {id} 与第 {first} 行的 {other} 只有大小写不同。",
            "电子表格和 Windows 会把它们当作同一个名称。",
            "请为其中一行换一个 id。",
        ),
        "warning",
    ),
    message(
        "manifest-file-misspelt",
        (
            "There is no file {path}. Did you mean {meant}?",
            "Names have to be written exactly; capital letters count.",
            "Write {meant}, or put the file there.",
        ),
        (
            "找不到文件 {path}。是否想写 {meant}？",
            "文件名须完全一致，区分大小写。",
            "请改写为 {meant}，或把文件放到该处。",
        ),
    ),
)
