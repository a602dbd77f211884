"""The dashboard "Farm": what an operator looks at first, at night."""

from __future__ import annotations

from grafana.panels import (
    BAD,
    GOOD,
    PLAIN,
    WARN,
    Dashboard,
    Query,
    Row,
    bars,
    choice,
    for_field,
    for_fields,
    graph,
    named,
    stat,
    states,
    table,
    text,
)

_FIRST = """\
**Look from left to right.** *Alerts* and *Parts* say whether something is broken: go to the runbook's
section of that name. *Ledger read* above a minute means that all else here is old, most often because no
dispatcher leads. *Waiting* that grows while *Running* is steady is a full farm; *Waiting* while *Running*
is 0 is a stopped one: look at *Workers*, *Windows* and *Held*. *Dead letters* wait for a person: `lectern
dead`, and `lectern why JOB` for any film.
"""
_RATE = "$__rate_interval"
_HELD = 'lectern_queue_steps{hold!="none", pool=~"$pool"}'
_FREE = 'lectern_queue_steps{hold="none", pool=~"$pool"}'

_FAILED = '{outcome=~"error|timeout|lost"}'


def _share(part: str, whole: str) -> str:
    return f"{part} / {whole}"


def _quantile(q: float, metric: str, by: str) -> str:
    return f"histogram_quantile({q}, sum by (le, {by}) (rate({metric}_bucket[{_RATE}])))"


def _by(label: str, steps: str) -> str:
    """Steps by a label; what there were some of within the hour is told as 0 when there are no more."""
    return (
        f"sum by ({label}) (max by (stage, pool, tier, hold) ({steps}))"
        f" or 0 * sum by ({label}) (last_over_time({steps}[1h]))"
    )


def _lately(by: str, only: str = "") -> str:
    """Attempts in the last quarter of an hour, also the first of their kind.

    `increase` takes a series for as old as its first value: the first error of a code would not be seen. The
    ledger's own count is compared with what it was, if anybody told it then.
    """
    told = f"max by (stage, outcome, code) (lectern_attempts_total{only}"
    return (
        f"sum by ({by}) ({told}) - ({told} offset 15m) or {told}) * 0))"
        " and on () max(lectern_ledger_aggregates_timestamp_seconds offset 15m)"
    )


_NOW = Row(
    title="At a glance",
    panels=(
        text("What to look at first", _FIRST),
        stat(
            "Alerts",
            "Alerts that fire now. A page needs a person now; a ticket can wait for the morning.",
            Query(
                text='count(ALERTS{alertstate="firing", severity="page"}) or vector(0)',
                legend="pages",
            ),
            Query(
                text='count(ALERTS{alertstate="firing", severity="ticket"}) or vector(0)',
                legend="tickets",
            ),
            steps=((None, GOOD), (1, BAD)),
            overrides=(
                for_field(
                    "tickets",
                    thresholds={
                        "mode": "absolute",
                        "steps": [{"color": GOOD, "value": None}, {"color": WARN, "value": 1}],
                    },
                ),
            ),
            width=5,
        ),
        stat(
            "Parts",
            "Whether the dispatcher that leads reaches what the farm rests on. Store and archive are"
            " looked at every"
            " minute. Films go on without the archive, and wait for it.",
            Query(text="min by (part) (lectern_up)", legend="{{part}}"),
            steps=((None, BAD), (1, GOOD)),
            defaults=named({"0": ("away", BAD), "1": ("up", GOOD)}),
            width=7,
        ),
        stat(
            "Leading",
            "Dispatchers that lead. One is right; none hands out no work; two, for some seconds, are a"
            " handover.",
            Query(text="sum(lectern_dispatcher_leading) or vector(0)"),
            steps=((None, BAD), (1, GOOD), (2, WARN)),
            width=3,
        ),
        stat(
            "Ledger read",
            "How long ago the ledger was read for these numbers. It is read every 15 seconds.",
            Query(text="time() - max(lectern_ledger_aggregates_timestamp_seconds)"),
            unit="s",
            steps=((None, GOOD), (60, WARN), (300, BAD)),
            width=3,
        ),
        stat(
            "Dead letters",
            "Steps that no retry cures, or that used up theirs. Their films are failed until somebody"
            " requeues them.",
            Query(text="sum(max by (stage) (lectern_dead_letters))"),
            steps=((None, GOOD), (1, WARN), (20, BAD)),
            width=3,
        ),
        stat(
            "Late films",
            "Films that the open or next windows will not suffice for, as things stand.",
            Query(text="sum(max by (window) (lectern_window_late_films)) or vector(0)"),
            steps=((None, GOOD), (1, WARN)),
            width=3,
        ),
        stat(
            "Waiting",
            "Steps that could begin now: nothing holds them, and their window is open.",
            Query(text=f"sum(max by (stage, pool, tier) ({_FREE}))"),
            width=3,
        ),
        stat(
            "Running",
            "Steps in work.",
            Query(text='sum(max by (stage, pool) (lectern_running_steps{pool=~"$pool"}))'),
            width=3,
        ),
        stat(
            "Held",
            "Steps that wait for something else than a worker: a window, a quota, an operator.",
            Query(text=f"sum(max by (stage, pool, tier, hold) ({_HELD})) or vector(0)"),
            width=3,
        ),
        stat(
            "Oldest wait",
            "How long that step has waited that waits longest, of those that could begin now.",
            Query(text='max(lectern_queue_oldest_wait_seconds{pool=~"$pool"})'),
            unit="s",
            steps=((None, GOOD), (3600, WARN), (28800, BAD)),
            width=3,
        ),
        stat(
            "Films in the last hour",
            "Films that were joined in the last hour, as the ledger knows them.",
            Query(text="sum(increase(lectern_department_films_total[1h]))"),
            defaults={"decimals": 0},
            width=3,
        ),
        stat(
            "Real-time factor",
            "Seconds of rendering for a second of film, over the last half hour, all cards together."
            " Below 1 a card"
            " renders faster than the film plays.",
            Query(
                text=_share(
                    "sum(rate(lectern_render_busy_seconds_total[30m]))",
                    "(sum(rate(lectern_rendered_film_seconds_total[30m])) > 0)",
                )
            ),
            steps=((None, GOOD), (1, WARN), (3, BAD)),
            defaults={"decimals": 2},
            width=3,
        ),
        stat(
            "Archive backlog",
            "Films that are made and wait for the archive.",
            Query(text="max(lectern_archive_pending_films)"),
            steps=((None, GOOD), (50, WARN), (500, BAD)),
            width=3,
        ),
        stat(
            "Last backup",
            "How long ago `lectern backup` last made one.",
            Query(text="time() - (max(lectern_backup_last_success_timestamp_seconds) > 0)"),
            unit="s",
            steps=((None, GOOD), (93600, WARN), (604800, BAD)),
            defaults={"noValue": "never"},
            width=3,
        ),
    ),
)
_QUEUE = Row(
    title="The queue",
    panels=(
        graph(
            "Waiting, by stage",
            "Steps that could begin now. Render is a step for each chunk, so one film is several.",
            Query(text=_by("stage", _FREE), legend="{{stage}}"),
            stacked=True,
        ),
        graph(
            "Waiting, by tier",
            "The same by how urgent it is by now; waiting lifts films from tier to tier.",
            Query(text=_by("tier", _FREE), legend="{{tier}}"),
            stacked=True,
        ),
        graph(
            "Held, by reason",
            "Why the others may not begin. window: its window is shut; later: it waits after an error;"
            " operator: a person holds it.",
            Query(text=_by("hold", _HELD), legend="{{hold}}"),
            stacked=True,
        ),
        graph(
            "Oldest wait",
            "By stage and pool; a line that rises by a second a second is a line that nobody serves.",
            Query(
                text='max by (stage, pool) (lectern_queue_oldest_wait_seconds{pool=~"$pool"})',
                legend="{{stage}} · {{pool}}",
            ),
            unit="s",
        ),
        graph(
            "Running, by stage",
            "Steps in work.",
            Query(
                text='sum by (stage) (max by (stage, pool) (lectern_running_steps{pool=~"$pool"}))',
                legend="{{stage}}",
            ),
            stacked=True,
        ),
        graph(
            "Wait until claimed",
            "How long claimed steps had waited, held or not: the middle, and what one in twenty waits"
            " longer than.",
            Query(text=_quantile(0.5, "lectern_queue_wait_seconds", "stage"), legend="{{stage}} middle"),
            Query(text=_quantile(0.95, "lectern_queue_wait_seconds", "stage"), legend="{{stage}} 95 %"),
            unit="s",
        ),
    ),
)
_WORK = Row(
    title="The work",
    panels=(
        graph(
            "Films an hour",
            "By department, over an hour that slides along.",
            Query(
                text="sum by (department) (increase(lectern_department_films_total[1h]))",
                legend="{{department}}",
            ),
            stacked=True,
        ),
        graph(
            "Real-time factor",
            "Seconds of rendering for a second of film, by engine: the middle of all steps, and the"
            " slowest twentieth.",
            Query(text=_quantile(0.5, "lectern_render_realtime_ratio", "engine"), legend="{{engine}} middle"),
            Query(text=_quantile(0.95, "lectern_render_realtime_ratio", "engine"), legend="{{engine}} 95 %"),
        ),
        graph(
            "Time that stages take",
            "From the claim to the commit, of attempts that ended well: 95 % take no longer.",
            Query(text=_quantile(0.95, "lectern_stage_duration_seconds", "stage"), legend="{{stage}}"),
            unit="s",
        ),
        graph(
            "Attempts, by outcome",
            "Attempts that ended in the last quarter of an hour, as the ledger knows them. interrupted is a"
            " shut window, a drained worker, or what another one made just then, and costs no retry.",
            Query(text=_lately("outcome"), legend="{{outcome}}"),
            stacked=True,
        ),
        graph(
            "Errors, by code",
            "Attempts in the last quarter of an hour that failed, hung or were lost. docs/errors.md says of"
            " each code what it is and what to do.",
            Query(
                text=f"({_lately('stage, outcome, code', _FAILED)}) > 0",
                legend="{{stage}} · {{outcome}} · {{code}}",
            ),
            calcs=("max",),
        ),
        graph(
            "Leases lost",
            "Attempts in the last quarter of an hour whose worker died or was cut off. Some after a"
            " restart are right;"
            " a steady rate is a sick host or network.",
            Query(text="sum by (stage) (increase(lectern_leases_lost_total[15m]))", legend="{{stage}}"),
        ),
        graph(
            "Found made",
            "Which part of what steps asked for had been made before, by kind.",
            Query(
                text=_share(
                    f'sum by (kind) (rate(lectern_cache_lookups_total{{result="hit"}}[{_RATE}]))',
                    f"(sum by (kind) (rate(lectern_cache_lookups_total[{_RATE}])) > 0)",
                ),
                legend="{{kind}}",
            ),
            unit="percentunit",
            defaults={"max": 1},
        ),
        graph(
            "Models loaded",
            "Engines with trained weights that were loaded in the last quarter of an hour. Many while the"
            " queue is even means that workers change engines too often.",
            Query(text="sum by (engine) (increase(lectern_model_loads_total[15m]))", legend="{{engine}}"),
        ),
        graph(
            "Drains",
            "Workers that were told to drain in the last quarter of an hour: restarts, upgrades, scaling in.",
            Query(text="sum by (host) (increase(lectern_worker_drains_total[15m]))", legend="{{host}}"),
        ),
    ),
)
_HANDS = Row(
    title="Workers, windows, room",
    panels=(
        table(
            "Workers",
            "By pool and condition. A worker of several pools is counted in each; any is what is kept"
            " for no pool, and"
            " none renders nothing. A pool with 0 able workers and films of its own makes none.",
            Query(text='max by (pool, condition) (lectern_workers{pool=~"$pool"})'),
            transformations=(
                {
                    "id": "groupingToMatrix",
                    "options": {
                        "rowField": "pool",
                        "columnField": "condition",
                        "valueField": "Value",
                        "emptyValue": "zero",
                    },
                },
            ),
            overrides=(
                for_fields(
                    "^able$",
                    custom__cellOptions={"type": "color-background"},
                    thresholds={
                        "mode": "absolute",
                        "steps": [{"color": BAD, "value": None}, {"color": GOOD, "value": 1}],
                    },
                ),
            ),
        ),
        bars(
            "Cards, by state",
            "well gets work; out was taken out by a person; sick and stuck were taken out by their watchdog.",
            Query(text="max by (state) (lectern_cards)", legend="{{state}}"),
            overrides=(
                for_field("well", color={"mode": "fixed", "fixedColor": GOOD}),
                for_fields("sick|stuck", color={"mode": "fixed", "fixedColor": BAD}),
                for_field("out", color={"mode": "fixed", "fixedColor": WARN}),
            ),
            defaults={"min": 0},
        ),
        states(
            "Windows",
            "When each window was open.",
            Query(text="max by (window) (lectern_window_open)", legend="{{window}}"),
            steps=((None, PLAIN), (1, GOOD)),
            defaults=named({"0": ("shut", PLAIN), "1": ("open", GOOD)}),
        ),
        graph(
            "Late films, by window",
            "Films that a window will not suffice for, as things stand.",
            Query(text="max by (window) (lectern_window_late_films)", legend="{{window}}"),
        ),
        graph(
            "Archive",
            "Films that wait for the archive, and for how long that one has waited that waits longest.",
            Query(text="max(lectern_archive_pending_films)", legend="films"),
            Query(text="max(lectern_archive_oldest_wait_seconds)", legend="oldest wait"),
            overrides=(for_field("oldest wait", unit="s", custom__axisPlacement="right"),),
        ),
        graph(
            "Free space above the floor",
            "Below its floor, which is 0 here, workers take no work that writes to the place.",
            Query(
                text="min by (place) (lectern_storage_free_bytes - lectern_storage_floor_bytes)",
                legend="{{place}}",
            ),
            unit="bytes",
            steps=((None, BAD), (0, GOOD)),
        ),
        bars(
            "Space in use",
            "Of the file systems that home, store and archive lie on, whoever else uses them, too.",
            Query(
                text="max by (place) (lectern_storage_used_bytes / "
                "(lectern_storage_used_bytes + lectern_storage_free_bytes))",
                legend="{{place}}",
            ),
            unit="percentunit",
            steps=((None, GOOD), (0.8, WARN), (0.9, BAD)),
            defaults={"min": 0, "max": 1},
        ),
        graph(
            "Reading the ledger",
            "How long it took to read the ledger for these numbers; it is read every 15 seconds.",
            Query(text="max(lectern_ledger_aggregates_duration_seconds)", legend="seconds"),
            unit="s",
        ),
        table(
            "Alerts that fire",
            "Each has a section in the runbook, docs/operations.md.",
            Query(text='sort_desc(ALERTS{alertstate="firing", severity=~"page|ticket"})'),
            transformations=(
                {
                    "id": "organize",
                    "options": {
                        "excludeByName": {
                            "Time": True,
                            "Value": True,
                            "__name__": True,
                            "alertstate": True,
                        },
                        "indexByName": {"severity": 0, "alertname": 1},
                        "renameByName": {"alertname": "alert"},
                    },
                },
            ),
            overrides=(
                for_field(
                    "severity",
                    custom__cellOptions={"type": "color-text"},
                    **named({"page": ("page", BAD), "ticket": ("ticket", WARN)}),
                ),
            ),
        ),
        table(
            "Versions",
            "The version of Lectern that each dispatcher runs.",
            Query(text="max by (instance, host, version) (lectern_build_info)"),
            transformations=(
                {
                    "id": "organize",
                    "options": {"excludeByName": {"Time": True, "Value": True}, "renameByName": {}},
                },
            ),
        ),
    ),
)

FARM = Dashboard(
    uid="lectern-farm",
    title="Lectern · Farm",
    tells="The farm at a glance: what is broken, what waits, what is made.",
    variables=(choice("pool", "Pool", "lectern_queue_steps", "pool"),),
    rows=(_NOW, _QUEUE, _WORK, _HANDS),
    since="now-12h",
)
