"""What the command line's exit codes mean: the one place; docs/cli.md repeats it."""

from __future__ import annotations

from enum import IntEnum

from pipeline.plan.errors import AwayError, InputError, LecternError, TransientError


class Exit(IntEnum):
    """Exit codes of every `lectern` command; scripts may rely on them."""

    #: The command did what it was asked.
    OK = 0
    #: A fault of Lectern itself; the log says more.
    UNEXPECTED = 1
    #: The command line was not understood.
    USAGE = 2
    #: What was given cannot be used; nothing was queued or written.
    REFUSED = 3
    #: A place or service that is needed cannot be reached; the same command may work later.
    AWAY = 4
    #: Jobs failed or were canceled, or the film could not be made.
    FAILED = 5
    #: This machine or its ledger is not set up for it; the message names the cure.
    SETUP = 6
    #: There is no such batch or job.
    UNKNOWN = 7
    #: It stands against what is already there: a key, a state, a file.
    CONFLICT = 8
    #: Stopped by Ctrl-C.
    INTERRUPTED = 130


#: Codes whose exit says more than their class does.
_BY_CODE = {
    "command-usage": Exit.USAGE,
    "command-batch-unknown": Exit.UNKNOWN,
    "command-job-unknown": Exit.UNKNOWN,
    "command-output-exists": Exit.CONFLICT,
}


def exit_of(error: LecternError) -> Exit:
    """The exit code that tells a script what kind of error this is."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    if isinstance(error, InputError):
        return Exit.REFUSED
    if isinstance(error, (AwayError, TransientError)):
        return Exit.AWAY
    return Exit.UNEXPECTED
