"""Messages of the face room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message

MESSAGES: tuple[Message, ...] = ()
