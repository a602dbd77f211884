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
    #: `nightly --fail-on-dead`: the night ran, and films failed for good. It refuses nothing by this code.
    DEAD = 3
    #: A place or service that is needed cannot be reached; the same command may work later.
    AWAY = 4
    #: Jobs failed or were canceled; a film or model is not what it was.
    #: Of `nightly --fail-on-dead`: the night ran, no film failed, and batches were refused.
    FAILED = 5
    #: This machine or its ledger is not set up for it; the message names the cure.
    SETUP = 6
    #: There is no such batch, job, model, profile or person.
    UNKNOWN = 7
    #: It stands against what is already there: a key, a state, a file.
    CONFLICT = 8
    #: The answer to a question was no; nothing was done.
    DECLINED = 9
    #: Stopped by Ctrl-C.
    INTERRUPTED = 130


#: Codes whose exit says more than their class does.
_BY_CODE = {
    **dict.fromkeys(
        (
            "command-argument-missing",
            "command-incomplete",
            "command-jobs-or-batch",
            "command-nothing-to-set",
            "stop-time-wrong",
            "command-no-words",
            "command-nothing-said",
            "command-language-unknown",
            "command-number-wrong",
            "command-option-unknown",
            "command-option-value-missing",
            "command-option-value-surplus",
            "command-results-form",
            "command-state-unknown",
            "command-unknown",
            "command-usage",
            "command-words-surplus",
            "manifest-set-malformed",
            "model-kind-unknown",
            "dead-which",
            "worker-reason-missing",
            "rebuild-from-what",
            "accounts-by-unknown",
            "period-backwards",
            "period-both",
            "period-month-wrong",
            "period-open",
            "period-time-wrong",
        ),
        Exit.USAGE,
    ),
    "nightly-running": Exit.CONFLICT,
    "nightly-folder-missing": Exit.SETUP,
    "nightly-window-unknown": Exit.SETUP,
    "nightly-pool-wrong": Exit.USAGE,
    "nightly-scale-alone": Exit.USAGE,
    "notice-unknown": Exit.UNKNOWN,
    "notice-nowhere": Exit.SETUP,
    "notice-secret-short": Exit.SETUP,
    "notice-secrets-differ": Exit.SETUP,
    "notice-event-unknown": Exit.SETUP,
    "post-address-wrong": Exit.SETUP,
    "post-address-plain": Exit.SETUP,
    "command-nothing-submitted": Exit.UNKNOWN,
    "ledger-batch-unknown": Exit.UNKNOWN,
    "replan-row-unknown": Exit.UNKNOWN,
    "stop-pool-unknown": Exit.UNKNOWN,
    "ledger-job-unknown": Exit.UNKNOWN,
    "trace-unknown": Exit.UNKNOWN,
    "trace-wrong": Exit.USAGE,
    "backup-folder-taken": Exit.CONFLICT,
    "backup-no-tools": Exit.SETUP,
    "command-output-exists": Exit.CONFLICT,
    "command-output-input": Exit.CONFLICT,
    "farm-already-up": Exit.CONFLICT,
    "farm-crew-already": Exit.CONFLICT,
    "ledger-key-used": Exit.CONFLICT,
    "engine-broken": Exit.SETUP,
    "engine-device-missing": Exit.SETUP,
    "engine-missing": Exit.SETUP,
    "farm-no-redis-server": Exit.SETUP,
    "farm-port-taken": Exit.SETUP,
    "health-name-unknown": Exit.USAGE,
    "metrics-port-taken": Exit.SETUP,
    "metrics-host-wrong": Exit.SETUP,
    "metrics-not-open": Exit.SETUP,
    "farm-redis-refused": Exit.SETUP,
    "farm-redis-unknown": Exit.SETUP,
    "farm-redis-untrusted": Exit.SETUP,
    "farm-redis-url-wrong": Exit.SETUP,
    "farm-knob-choice": Exit.SETUP,
    "farm-knob-near": Exit.SETUP,
    "farm-knob-number": Exit.SETUP,
    "farm-knob-unknown": Exit.SETUP,
    "farm-knob-wrong": Exit.SETUP,
    "farm-secret-empty": Exit.SETUP,
    "farm-secret-not-text": Exit.SETUP,
    "farm-secret-twice": Exit.SETUP,
    "farm-secret-unread": Exit.SETUP,
    "farm-settings-wrong": Exit.SETUP,
    "label-producer-wrong": Exit.SETUP,
    "ledger-schema-missing": Exit.SETUP,
    "ledger-schema-new": Exit.SETUP,
    "ledger-schema-old": Exit.SETUP,
    "ledger-no-rights": Exit.SETUP,
    "ledger-refused": Exit.SETUP,
    "ledger-untrusted": Exit.SETUP,
    "ledger-url-wrong": Exit.SETUP,
    "grants-sqlite": Exit.SETUP,
    "grants-passwords-alone": Exit.USAGE,
    "media-ffmpeg-missing": Exit.SETUP,
    "model-catalogue-wrong": Exit.SETUP,
    "model-missing": Exit.SETUP,
    "model-not-known": Exit.UNKNOWN,
    "model-unknown": Exit.UNKNOWN,
    "model-shelf-empty": Exit.UNKNOWN,
    "person-unknown": Exit.UNKNOWN,
    "dead-none-of-job": Exit.UNKNOWN,
    "worker-unknown": Exit.UNKNOWN,
    "worker-post-unknown": Exit.UNKNOWN,
    "worker-device-unknown": Exit.SETUP,
    "worker-nothing-to-do": Exit.SETUP,
    "worker-shares-wrong": Exit.SETUP,
    "worker-stages-wrong": Exit.SETUP,
    "profile-unknown": Exit.UNKNOWN,
    "mail-incomplete": Exit.SETUP,
    "mail-plain": Exit.SETUP,
    "report-nowhere": Exit.SETUP,
    "prices-twice": Exit.SETUP,
    "prices-wrong": Exit.SETUP,
    "model-in-use": Exit.CONFLICT,
    "model-name-taken": Exit.CONFLICT,
    "profile-in-use": Exit.CONFLICT,
    "restore-farm-up": Exit.CONFLICT,
    "restore-ledger-there": Exit.CONFLICT,
    "restore-ledger-used": Exit.CONFLICT,
    "job-person-forgotten": Exit.CONFLICT,
    "job-sources-gone": Exit.CONFLICT,
    "profile-taken": Exit.CONFLICT,
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
