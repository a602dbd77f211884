"""Messages about scripts that are written from briefs."""

from __future__ import annotations

from pipeline.plan.messages.model import Message

MESSAGES: tuple[Message, ...] = ()
