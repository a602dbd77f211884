"""Messages about what is heard: whether voices say what their scripts say."""

from __future__ import annotations

from pipeline.plan.messages.model import Message

MESSAGES: tuple[Message, ...] = ()
