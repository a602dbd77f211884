"""The dashboard "Departments": who uses the farm, and what each has left."""

from __future__ import annotations

from grafana.panels import (
    BAD,
    GOOD,
    WARN,
    Dashboard,
    Query,
    Row,
    bars,
    choice,
    graph,
    stat,
    table,
    text,
)

_FIRST = """\
**Who asks why nothing happens** has most often no quota left today: *Films left today* at 0; days begin at
noon. **Who pays** goes by *Hours on cards*, of the time that is chosen above; `lectern usage` has the same
to the millisecond, by project and month.
"""
_D = 'department=~"$department"'
_FILMS = f"max by (department) (lectern_department_films_total{{{_D}}})"
_CARD = f"sum by (department) (increase(lectern_department_gpu_seconds_total{{{_D}}}[$__range])) / 3600"
_MADE = f"sum by (department) (increase(lectern_department_films_total{{{_D}}}[$__range]))"
_LEFT = f"min by (department) (lectern_department_quota_left_films{{{_D}}})"
_USED = f"max by (department) (lectern_department_quota_used_films{{{_D}}})"
_TIME_LEFT = f"min by (department) (lectern_department_gpu_quota_left_seconds{{{_D}}})"
_TIME_USED = f"max by (department) (lectern_department_gpu_quota_used_seconds{{{_D}}})"
_STORED = f"max by (department) (lectern_department_storage_bytes{{{_D}}})"

_NOW = Row(
    title="At a glance",
    panels=(
        text("What to look at first", _FIRST, height=3),
        stat(
            "Films",
            "Made in the time that is chosen above.",
            Query(text=f"sum(increase(lectern_department_films_total{{{_D}}}[$__range]))"),
            defaults={"decimals": 0},
            width=6,
        ),
        stat(
            "Hours on cards",
            "For which attempts kept their card, in the time that is chosen above.",
            Query(text=f"sum(increase(lectern_department_gpu_seconds_total{{{_D}}}[$__range])) / 3600"),
            unit="suffix: h",
            defaults={"decimals": 1},
            width=6,
        ),
        stat(
            "Departments without quota",
            "Those that may begin no more films today.",
            Query(text=f"count({_LEFT} <= 0) or vector(0)"),
            steps=((None, GOOD), (1, WARN)),
            width=6,
        ),
        stat(
            "In the store",
            "What all departments have there.",
            Query(text=f"sum({_STORED})"),
            unit="bytes",
            width=6,
        ),
        table(
            "Departments",
            "Films and card hours are of the time that is chosen above; quota is today's, where there"
            " is one.",
            Query(text=_MADE),
            Query(text=_CARD),
            Query(text=_USED),
            Query(text=_LEFT),
            Query(text=_TIME_USED),
            Query(text=_TIME_LEFT),
            Query(text=_STORED),
            width=24,
            height=9,
            transformations=(
                {"id": "joinByField", "options": {"byField": "department", "mode": "outer"}},
                {
                    "id": "organize",
                    "options": {
                        "excludeByName": {"Time": True, **{f"Time {number}": True for number in range(1, 8)}},
                        "indexByName": {
                            "department": 0,
                            **{f"Value #{letter}": place for place, letter in enumerate("ABCDEFG", 1)},
                        },
                        "renameByName": {
                            "Value #A": "films",
                            "Value #B": "card hours",
                            "Value #C": "films begun today",
                            "Value #D": "films left today",
                            "Value #E": "card time used today",
                            "Value #F": "card time left today",
                            "Value #G": "in the store",
                        },
                    },
                },
            ),
            overrides=(
                {
                    "matcher": {"id": "byRegexp", "options": "^films$"},
                    "properties": [{"id": "decimals", "value": 0}],
                },
                {
                    "matcher": {"id": "byName", "options": "card hours"},
                    "properties": [{"id": "decimals", "value": 2}],
                },
                {
                    "matcher": {"id": "byRegexp", "options": "^card time"},
                    "properties": [{"id": "unit", "value": "s"}],
                },
                {
                    "matcher": {"id": "byName", "options": "in the store"},
                    "properties": [{"id": "unit", "value": "bytes"}],
                },
            ),
        ),
    ),
)
_COURSE = Row(
    title="Over time",
    panels=(
        graph(
            "Films an hour",
            "Films that were joined, over an hour that slides along.",
            Query(
                text=f"sum by (department) (increase(lectern_department_films_total{{{_D}}}[1h]))",
                legend="{{department}}",
            ),
            stacked=True,
        ),
        graph(
            "Cards kept busy",
            "How many cards each department kept, on average over a quarter of an hour. While several"
            " want more than"
            " there is, these stand as their weights do.",
            Query(
                text=f"sum by (department) (rate(lectern_department_gpu_seconds_total{{{_D}}}[15m]))",
                legend="{{department}}",
            ),
            stacked=True,
        ),
        graph(
            "Films since the beginning",
            "All films of each department, as the ledger knows them.",
            Query(text=_FILMS, legend="{{department}}"),
        ),
        bars(
            "Films left today",
            "Of the day's quota, grants with them; departments without a limit are not here.",
            Query(text=_LEFT, legend="{{department}}"),
            steps=((None, BAD), (1, WARN), (10, GOOD)),
            defaults={"min": 0},
        ),
        bars(
            "Card time left today",
            "Where it is limited.",
            Query(text=_TIME_LEFT, legend="{{department}}"),
            unit="s",
            steps=((None, BAD), (600, WARN), (3600, GOOD)),
            defaults={"min": 0},
        ),
        graph(
            "In the store",
            "Sources, speech, clips and films; what several films share counts once, for the first of them.",
            Query(text=_STORED, legend="{{department}}"),
            unit="bytes",
            stacked=True,
        ),
    ),
)

DEPARTMENTS = Dashboard(
    uid="lectern-departments",
    title="Lectern · Departments",
    tells="Who uses the farm, and what each has left.",
    variables=(choice("department", "Department", "lectern_department_films_total", "department"),),
    rows=(_NOW, _COURSE),
    since="now-24h",
    refresh="1m",
)
