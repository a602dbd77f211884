"""Who keeps this host's log files at a length: the chore of a watchdog, as the operator set it."""

from __future__ import annotations

from farm.bootstrap import Settings
from tasks.chore import Chore
from worker.logs import LogFolder, sweep_hosts
from worker.places import Places

#: How often it is looked after the log files.
_EVERY_S = 10.0
_DAY_S = 86_400.0


def keeping_own_logs(settings: Settings) -> Chore | None:
    """As `keeping_logs`, of a process that may be the only one of its container; None: it writes no file."""
    return keeping_logs(settings) if settings.log.to == "both" else None


def keeping_logs(settings: Settings) -> Chore:
    """Cuts this host's log files, and removes what need not be kept any more, also of hosts that are gone."""
    keep_s, keep_bytes = settings.log.keep_days * _DAY_S, settings.log.keep_mb * 1_000_000
    # Commands write into the home, wherever the farm's processes do.
    folders = {Places(home=settings.home).logs, Places.of(settings).logs}
    kept = [LogFolder(folder=each, keep_s=keep_s, keep_bytes=keep_bytes) for each in sorted(folders)]

    def keep() -> None:
        for each in kept:
            each.turn()
        if settings.log_root is not None:
            sweep_hosts(settings.log_root, keep_s=keep_s)

    return Chore("logs", keep, every_s=_EVERY_S)
