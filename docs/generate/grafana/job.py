"""The dashboard "Job": one film's course, from the ledger alone, however long ago it was made.

It asks as the role ``lectern_viewer``, which may read none of the columns that hold what people wrote.
"""

from __future__ import annotations

from urllib.parse import quote

from grafana.panels import (
    BAD,
    GOOD,
    PLAIN,
    WARN,
    Dashboard,
    Json,
    Query,
    Row,
    asked,
    bar_chart,
    fixed,
    for_field,
    link_to,
    named,
    states,
    table,
    text,
)

_FIRST = """\
**Write a job's number** (`42` or `J42`) **or its trace id above**, or click on a film below. The waterfall
shows where the time went: grey is waiting, blue is work, red came to nothing. A wait begins when what a
part needs was done; holds, shut windows and those who went before count as waiting. The same in a terminal,
with what was found made: `lectern trace JOB`; its log lines: `lectern logs JOB`.
"""

# What was asked for, as SQL. Grafana quotes it, so that whatever is written stays a word.
_ASKED = "lower(trim(${film:sqlstring}))"
_FILM = f"""WITH asked AS (
  SELECT CASE WHEN {_ASKED} ~ '^j?[0-9]{{1,18}}$' THEN ltrim({_ASKED}, 'j')::bigint END AS number,
    CASE WHEN {_ASKED} ~ '^(00-)?[0-9a-f]{{32}}(-[0-9a-f]{{16}}-[0-9a-f]{{2}})?$'
      THEN '00-' || substring({_ASKED} from '[0-9a-f]{{32}}') || '-' END AS trace
), film AS (
  SELECT jobs.id, batch_id, row_name, state, archive, traceparent, submitted_at, started_at, ended_at,
    error_code, frames, pool, "window", deadline, department_id
  FROM jobs, asked WHERE jobs.id = asked.number OR starts_with(traceparent, asked.trace)
  ORDER BY jobs.id LIMIT 1
)"""
# As farm/policy/waterfall.py has it: a wait begins when the stage before was done,
# or the attempt before ended.
_COURSE = f"""{_FILM}, stages (stage, place) AS (
  VALUES ('write', 0), ('speak', 1), ('listen', 2), ('render', 3), ('join', 4), ('archive', 5)
), parts AS (
  SELECT steps.id, steps.stage, steps.index, steps.state, stages.place,
    steps.stage || CASE WHEN count(*) OVER (PARTITION BY steps.stage) > 1
      THEN ' ' || steps.index + 1 || '/' || count(*) OVER (PARTITION BY steps.stage) ELSE '' END AS part,
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now
  FROM steps JOIN film ON steps.job_id = film.id JOIN stages USING (stage)
), tries AS (
  SELECT parts.*, number, worker, device, started_at, ended_at, outcome, error_code, folded
  FROM parts JOIN attempts ON attempts.step_id = parts.id
  UNION ALL
  SELECT parts.*, NULL, '', '', NULL, NULL, 'waits', NULL, 0 FROM parts WHERE state = 'ready'
), course AS (
  SELECT tries.*, film.id AS job, film.submitted_at, least(coalesce(tries.started_at, tries.now), greatest(
    film.submitted_at,
    (SELECT max(coalesce(earlier.ended_at, earlier.started_at)) FROM tries AS earlier
      WHERE earlier.id = tries.id AND earlier.number < coalesce(tries.number, 2147483647)),
    (SELECT max(needed.ended_at) FROM tries AS needed
      WHERE needed.place = (SELECT max(place) FROM parts WHERE place < tries.place)
      AND needed.outcome = 'ok' AND needed.ended_at <= coalesce(tries.started_at, tries.now))
  )) AS waits
  FROM tries CROSS JOIN film
)"""
_TIME = "to_timestamp({} / 1000.0)"
# Grafana writes seconds there, and milliseconds do not fit into an integer of 32 bits.
_IN_RANGE = "submitted_at BETWEEN $__unixEpochFrom() * 1000::bigint AND $__unixEpochTo() * 1000::bigint"

_FILM_NOW = f"""{_FILM}
SELECT film.id AS job, film.batch_id AS batch, film.row_name AS "row", departments.name AS department,
  film.state, film.archive,
  {_TIME.format("film.submitted_at")} AS submitted, {_TIME.format("film.started_at")} AS began,
  {_TIME.format("film.ended_at")} AS ended,
  (coalesce(film.ended_at, extract(epoch FROM clock_timestamp()) * 1000) - film.submitted_at) / 1000.0
    AS took,
  film.frames, film.pool, film."window", {_TIME.format("film.deadline")} AS deadline,
  coalesce(film.error_code, '') AS error, substr(film.traceparent, 4, 32) AS trace,
  film.submitted_at - 60000 AS first, coalesce(film.ended_at + 600000, film.submitted_at + 86400000) AS last
FROM film JOIN departments ON departments.id = film.department_id"""
_WATERFALL = f"""{_COURSE}
SELECT part || coalesce(' #' || number, '') AS part,
  (waits - submitted_at) / 1000.0 AS before,
  (coalesce(started_at, now) - waits) / 1000.0 AS waited,
  CASE WHEN coalesce(outcome, 'ok') = 'ok' THEN greatest(coalesce(ended_at, now) - started_at, 0) / 1000.0
    END AS worked,
  CASE WHEN outcome NOT IN ('ok', 'waits') THEN greatest(ended_at - started_at, 0) / 1000.0 END AS "in vain"
FROM course ORDER BY started_at IS NULL, coalesce(started_at, waits), place, index, number"""
_ATTEMPTS = f"""{_COURSE}
SELECT part, number AS attempt, {_TIME.format("waits")} AS "waits since",
  (coalesce(started_at, now) - waits) / 1000.0 AS waited,
  {_TIME.format("started_at")} AS began, {_TIME.format("ended_at")} AS ended,
  greatest(coalesce(ended_at, CASE WHEN started_at IS NOT NULL THEN now END) - started_at, 0) / 1000.0
    AS took,
  worker, device, coalesce(outcome, 'running') AS outcome, coalesce(error_code, '') AS code,
  folded AS "waits folded"
FROM course ORDER BY started_at IS NULL, coalesce(started_at, waits), place, index, number"""
_STATES = f"""{_COURSE}, changes AS (
  SELECT waits AS at, part, 'waits' AS state, 1 AS turn FROM course WHERE waits < coalesce(started_at, now)
  UNION ALL
  SELECT started_at, part, coalesce(outcome, 'running'), 2 FROM course WHERE started_at IS NOT NULL
  UNION ALL
  SELECT greatest(ended_at, started_at + 1), part, NULL, 0 FROM course WHERE ended_at IS NOT NULL
)
SELECT {_TIME.format("at")} AS time, part, (array_agg(state ORDER BY turn))[count(*)] AS state
FROM changes GROUP BY at, part ORDER BY at, part"""
_MADE = f"""{_FILM}
SELECT steps.stage, makings.kind, count(*) AS made, sum(makings.machine_ms) / 1000.0 AS seconds,
  {_TIME.format("min(makings.made_at)")} AS first, {_TIME.format("max(makings.made_at)")} AS last
FROM film JOIN steps ON steps.job_id = film.id JOIN makings ON makings.step_id = steps.id
GROUP BY steps.stage, makings.kind ORDER BY min(makings.made_at)"""
_HOLDS = f"""{_FILM}
SELECT reason, {_TIME.format("since")} AS since, {_TIME.format('"until"')} AS until
FROM film JOIN holds ON holds.job_id = film.id ORDER BY holds.since, reason"""
_RECENT = f"""SELECT jobs.id AS job, batch_id AS batch, row_name AS "row", departments.name AS department,
state, archive,
  {_TIME.format("submitted_at")} AS submitted, {_TIME.format("ended_at")} AS ended,
  (ended_at - submitted_at) / 1000.0 AS took, coalesce(error_code, '') AS error
FROM jobs JOIN departments ON departments.id = jobs.department_id
WHERE {_IN_RANGE} ORDER BY state = 'failed' DESC, jobs.id DESC LIMIT 200"""

_OUTCOMES = {
    "ok": ("ok", GOOD),
    "running": ("running", PLAIN),
    "waits": ("waits", "#8e8e8e"),
    "error": ("error", BAD),
    "timeout": ("timeout", BAD),
    "lost": ("lost", BAD),
    "interrupted": ("interrupted", WARN),
    "superseded": ("superseded", WARN),
}
_STATES_OF_JOBS = {
    "queued": ("queued", "#8e8e8e"),
    "active": ("active", PLAIN),
    "completed": ("completed", GOOD),
    "failed": ("failed", BAD),
    "canceled": ("canceled", WARN),
    "review": ("review", WARN),
}


def _colours(field: str, words: dict[str, tuple[str, str]]) -> Json:
    return for_field(field, custom__cellOptions={"type": "color-text"}, **named(words))


#: Grafana's own page of questions, with the film's trace put to Jaeger; what Grafana fills in stays as it is.
_SPANS = "/explore?schemaVersion=1&panes=" + quote(
    '{"film":{"datasource":"lectern-jaeger","queries":[{"refId":"A","query":"${__data.fields.trace}"}],'
    '"range":{"from":"${__data.fields.first}","to":"${__data.fields.last}"}}}',
    safe="${}_.:,",
)
#: As worker/flower_pages.py has it: Flower searches for names.
_FLOWER = (
    "${flower}/tasks?name="
    + quote('"render J', safe="")
    + "${__data.fields.job}"
    + quote(' chunk" OR kwargs:job=', safe="")
    + "${__data.fields.job}"
)
_TO_JOB = "/d/lectern-job?var-film=${__data.fields.job}"

_SEEN = Row(
    title="The film",
    panels=(
        text("How to", _FIRST),
        table(
            "Where it stands",
            "Click on the job for its tasks in Flower, and on the trace for its spans, where Jaeger runs.",
            Query(text=_FILM_NOW),
            source="ledger",
            width=24,
            height=4,
            overrides=(
                for_field("job", unit="none", links=[link_to("Its tasks in Flower", _FLOWER)]),
                for_field("batch", unit="none"),
                for_field(
                    "trace",
                    links=[link_to("Its spans in Jaeger", _SPANS)],
                ),
                _colours("state", _STATES_OF_JOBS),
                for_field("took", unit="s"),
                for_field("first", custom__hidden=True),
                for_field("last", custom__hidden=True),
            ),
        ),
        bar_chart(
            "Waterfall",
            "Seconds since the film was submitted, a bar for each attempt: grey it waited, blue it"
            " worked, red it worked"
            " in vain. The number after # is the attempt's; one that waits still has none.",
            Query(text=_WATERFALL),
            source="ledger",
            label="part",
            unit="s",
            width=24,
            height=12,
            overrides=(
                for_field(
                    "before",
                    color=fixed("transparent"),
                    custom__hideFrom={"legend": True, "tooltip": True, "viz": False},
                ),
                for_field("waited", color=fixed("#8e8e8e")),
                for_field("worked", color=fixed(PLAIN)),
                for_field("in vain", color=fixed(BAD)),
            ),
        ),
        table(
            "Attempts",
            "Each attempt with the wait before it, who made it and on which card, how it ended, and"
            " the error's code, as in"
            " docs/errors.md. Waits for the same reason in a row are folded into one line.",
            Query(text=_ATTEMPTS),
            source="ledger",
            width=24,
            height=10,
            overrides=(
                _colours("outcome", _OUTCOMES),
                for_field("waited", unit="s"),
                for_field("took", unit="s"),
            ),
        ),
        states(
            "Where the time went, by the clock",
            "The same over the time that is chosen above: choose one in which the film was made.",
            Query(text=_STATES),
            source="ledger",
            width=24,
            height=9,
            transformations=(
                {
                    "id": "partitionByValues",
                    "options": {"fields": ["part"], "keepFields": False, "naming": {"asLabels": True}},
                },
            ),
            defaults={"displayName": "${__field.labels.part}", **named(_OUTCOMES)},
        ),
        table(
            "What was made",
            "Speech and clips that this film's attempts made; what was found made is told by `lectern"
            " trace`.",
            Query(text=_MADE),
            source="ledger",
            width=12,
            height=7,
            overrides=(for_field("seconds", unit="s"),),
        ),
        table(
            "What holds it",
            "Empty if nothing does. A shut window or a full farm is no hold: `lectern why JOB` tells"
            " of these.",
            Query(text=_HOLDS),
            source="ledger",
            width=12,
            height=7,
        ),
    ),
)
_OTHERS = Row(
    title="Films that were submitted in the time that is chosen above, those that failed first",
    panels=(
        table(
            "Films",
            "At most 200. Click on a job to see it above.",
            Query(text=_RECENT),
            source="ledger",
            width=24,
            height=12,
            overrides=(
                for_field(
                    "job",
                    unit="none",
                    links=[{"title": "Its course", "url": _TO_JOB, "targetBlank": False}],
                ),
                for_field("batch", unit="none"),
                for_field("took", unit="s"),
                _colours("state", _STATES_OF_JOBS),
            ),
        ),
    ),
)

JOB = Dashboard(
    uid="lectern-job",
    title="Lectern · Job",
    tells="One film's course, from the ledger alone.",
    sources=("ledger",),
    variables=(
        asked("film", "Job or trace", "The number of a job, or its trace id, as `lectern show` tells both."),
    ),
    rows=(_SEEN, _OTHERS),
    since="now-24h",
    refresh="",
)
