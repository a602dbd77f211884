"""The fonts that captions and labels are drawn with."""

from __future__ import annotations

from pathlib import Path

#: The font of labels.
LABEL_FILE = Path(__file__).with_name("label.otf")
