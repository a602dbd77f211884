"""How the ledger's database is reached: whether anybody on the way could read along."""

from __future__ import annotations

from sqlalchemy import Engine, text

from db.engine import Reaching

_WAY = text(
    "SELECT host(inet_client_addr()), host(inet_server_addr()), ssl FROM pg_stat_ssl "
    "WHERE pid = pg_backend_pid()"
)


def can_be_overheard(engine: Engine) -> bool:
    """Whether the connection leads to another machine and is not encrypted, as the server itself has it.

    Raises:
        AwayError: ``ledger-away``.
    """
    if engine.dialect.name == "sqlite":
        return False
    with Reaching(engine), engine.connect() as connection:
        here, there, encrypted = connection.execute(_WAY).one()
    return is_open_way(here, there, encrypted=encrypted)


def is_open_way(here: str | None, there: str | None, *, encrypted: bool) -> bool:
    """Whether a connection passes a network in the clear.

    Args:
        here: the client's address as the server sees it; None for a socket on one machine.
        there: the server's own.
        encrypted: whether TLS is in use.
    """
    return not encrypted and here != there
