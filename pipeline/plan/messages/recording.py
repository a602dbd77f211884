"""Messages about recordings that films are made from."""

from __future__ import annotations

from pipeline.plan.messages.model import Message

MESSAGES: tuple[Message, ...] = ()
