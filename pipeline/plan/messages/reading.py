"""Messages about how scripts are read aloud, and departments' words."""

from __future__ import annotations

from pipeline.plan.messages.model import Message

MESSAGES: tuple[Message, ...] = ()
