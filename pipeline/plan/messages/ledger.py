"""Messages of the ledger room."""

from __future__ import annotations

from pipeline.plan.messages.model import Message

MESSAGES: tuple[Message, ...] = ()
