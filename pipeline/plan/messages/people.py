"""Messages about people: their profiles, samples and consent."""

from __future__ import annotations

from pipeline.plan.messages.model import Message

MESSAGES: tuple[Message, ...] = ()
