"""Write docs/errors.md from the catalogue of messages; with --check, fail when the page is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

from settling import settle

from pipeline.plan.messages import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"

_HEAD = """# Errors and warnings

Every message that Lectern can give, by its code. A code never changes its meaning. The words in
`{braces}` are filled with the facts of the case. This page is made from the catalogue by `make docs`.

每条消息均有固定代码；`{花括号}` 中的内容由具体情况填入。
"""


def page() -> str:
    """The whole page as Markdown: per code what happened, why, and the cure, in English and Chinese."""
    parts = [_HEAD]
    for code in sorted(CATALOGUE):
        message = CATALOGUE[code]
        en, zh = message.en, message.zh
        level = "Error" if message.level == "error" else "Warning"
        parts.append(
            f"\n## `{code}`\n\n{level}. {en.what}\n\n- Why: {en.why}\n- Cure: {en.cure}\n\n"
            f"{zh.what}\n\n- 原因：{zh.why}\n- 解决：{zh.cure}\n"
        )
    return "".join(parts)


def main() -> int:
    """Write the page, or compare it with what stands there."""
    return settle(PAGE, page())


if __name__ == "__main__":
    sys.exit(main())
