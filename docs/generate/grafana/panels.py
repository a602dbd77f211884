"""What dashboards are drawn with: panels, rows, variables and links, in the words of Grafana's own model.

The model is Grafana's "dashboard JSON model" at version 40 of its schema (Grafana 11.3), which later ones
bring up
to date by themselves. Where data comes from is a variable of each dashboard, so that the same file serves a
Grafana of one's own: it begins with the data sources of config/grafana/provisioning, and can be pointed
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

#: A JSON object.
Json = dict[str, Any]

SCHEMA = 40
#: The data sources of config/grafana/provisioning, by the variable that names them: type, uid, title.
SOURCES: Mapping[str, tuple[str, str, str]] = {
    "metrics": ("prometheus", "lectern-prometheus", "Prometheus"),
    "ledger": ("grafana-postgresql-datasource", "lectern-ledger", "Ledger"),
}
COLUMNS = 24
#: Colours, as Grafana calls them.
GOOD, WARN, BAD, PLAIN = "green", "orange", "red", "blue"

#: Where a value begins to be of a colour, rising; the first one holds from the beginning.
Steps = Sequence[tuple[float | None, str]]
NO_STEPS: Steps = ((None, PLAIN),)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One question to a data source.

    Attributes:
        text: PromQL or SQL.
        legend: what its series are called; labels stand in double braces.
        now: what it is at the end of the time that is looked at, and no course.
    """

    text: str
    legend: str = ""
    now: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel; its size is in the grid's cells, of which 24 go into a row.

    Attributes:
        title: what it shows, in a few words.
        tells: what to make of it, in plain sentences.
        kind: the panel's type, as Grafana calls it.
        queries: what it asks.
        source: the variable that names where from; empty for none.
        unit: of its values, as Grafana calls it.
        width: in cells.
        height: in cells.
        steps: its thresholds.
        options: what else the kind of panel wants.
        custom: how its fields are drawn.
        defaults: what else holds for all of its fields.
        overrides: what holds for some of its fields.
        transformations: what is done to the answers before they are drawn.
        links: where a click leads.
    """

    title: str
    tells: str = ""
    kind: str
    queries: Sequence[Query] = ()
    source: str = "metrics"
    unit: str = "short"
    width: int = 8
    height: int = 8
    steps: Steps = NO_STEPS
    options: Json = field(default_factory=dict)
    custom: Json = field(default_factory=dict)
    defaults: Json = field(default_factory=dict)
    overrides: Sequence[Json] = ()
    transformations: Sequence[Json] = ()
    links: Sequence[Json] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """Panels below one heading.

    Attributes:
        title: the heading.
        panels: in order; a panel that does not fit beside the others begins a new line.
        folded: whether it is folded up at first.
    """

    title: str
    panels: Sequence[Panel]
    folded: bool = False


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A dashboard.

    Attributes:
        uid: what it is called in addresses, for good.
        title: what people call it.
        tells: what it is for.
        rows: its rows.
        variables: besides the data sources, what people choose above it.
        sources: the data sources that it asks.
        since: the time that is looked at at first.
        refresh: how often it asks anew.
    """

    uid: str
    title: str
    tells: str
    rows: Sequence[Row]
    variables: Sequence[Json] = ()
    sources: Sequence[str] = ("metrics",)
    since: str = "now-6h"
    refresh: str = "30s"


# Kinds of panels.


def stat(
    title: str, tells: str, *queries: Query, unit: str = "short", steps: Steps = NO_STEPS, **more: Any
) -> Panel:
    """A number, or one for each series, on the colour that it deserves."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "background_solid",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "textMode": "auto",
        "wideLayout": True,
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
    }
    shape: Json = {"width": 4, "height": 4, **more}
    told = [replace(query, now=True) for query in queries]
    return Panel(
        title=title,
        tells=tells,
        kind="stat",
        queries=told,
        unit=unit,
        steps=steps,
        options=options,
        **shape,
    )


def graph(
    title: str,
    tells: str,
    *queries: Query,
    stacked: bool = False,
    calcs: Sequence[str] = ("lastNotNull", "max"),
    **more: Any,
) -> Panel:
    """Lines over time, one for each series; beside their names stand the last and highest values."""
    custom = {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "fillOpacity": 35 if stacked else 8,
        "gradientMode": "none",
        "showPoints": "never",
        "spanNulls": 120_000,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "line" if "steps" in more else "off"},
        "axisSoftMin": 0,
    }
    options = {
        "legend": {
            "displayMode": "table",
            "placement": "bottom",
            "showLegend": True,
            "calcs": list(calcs),
            "sortBy": {"lastNotNull": "Last *", "max": "Max"}[calcs[0]],
            "sortDesc": True,
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return Panel(
        title=title,
        tells=tells,
        kind="timeseries",
        queries=queries,
        options=options,
        custom=custom,
        **more,
    )


def bars(title: str, tells: str, *queries: Query, **more: Any) -> Panel:
    """A bar for each series, as long as its last value."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "displayMode": "basic",
        "orientation": "horizontal",
        "showUnfilled": True,
        "valueMode": "color",
        "namePlacement": "auto",
        "sizing": "auto",
        "minVizHeight": 16,
        "minVizWidth": 8,
        "maxVizHeight": 300,
        "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
    }
    told = [replace(query, now=True) for query in queries]
    return Panel(title=title, tells=tells, kind="bargauge", queries=told, options=options, **more)


def states(title: str, tells: str, *queries: Query, **more: Any) -> Panel:
    """A band for each series, of the colour of what it is at a time."""
    custom = {"fillOpacity": 80, "lineWidth": 0}
    options = {
        "mergeValues": True,
        "showValue": "auto",
        "alignValue": "left",
        "rowHeight": 0.9,
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return Panel(
        title=title,
        tells=tells,
        kind="state-timeline",
        queries=queries,
        options=options,
        custom=custom,
        **more,
    )


def table(title: str, tells: str, *queries: Query, **more: Any) -> Panel:
    """A line for each answer."""
    options = {
        "showHeader": True,
        "frameIndex": 0,
        "cellHeight": "sm",
        "footer": {"show": False, "reducer": []},
    }
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False}
    told = [replace(query, now=True) for query in queries]
    return Panel(title=title, tells=tells, kind="table", queries=told, options=options, custom=custom, **more)


def bar_chart(title: str, tells: str, *queries: Query, label: str, **more: Any) -> Panel:
    """A bar lying for each line of a table, its columns end to end; the first line is the uppermost."""
    options = {
        "orientation": "horizontal",
        "xField": label,
        "stacking": "normal",
        "showValue": "never",
        "barWidth": 0.8,
        "barRadius": 0,
        "groupWidth": 0.9,
        "fullHighlight": False,
        "xTickLabelRotation": 0,
        "xTickLabelSpacing": 0,
        "xTickLabelMaxLength": 0,
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "multi", "sort": "none"},
    }
    custom = {"lineWidth": 0, "fillOpacity": 85, "gradientMode": "none", "axisPlacement": "auto"}
    return Panel(
        title=title,
        tells=tells,
        kind="barchart",
        queries=queries,
        options=options,
        custom=custom,
        **more,
    )


def text(title: str, words: str, *, height: int = 4, width: int = COLUMNS) -> Panel:
    """Words, in Markdown."""
    options = {
        "mode": "markdown",
        "content": words,
        "code": {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False},
    }
    return Panel(title=title, kind="text", source="", options=options, height=height, width=width)


# What panels are told besides.


def named(values: Mapping[str, tuple[str, str]]) -> Json:
    """What values are called, and their colours."""
    told = {
        value: {"text": words, "color": colour, "index": place}
        for place, (value, (words, colour)) in enumerate(values.items())
    }
    return {"mappings": [{"type": "value", "options": told}]}


def for_field(name: str, **properties: Any) -> Json:
    """What holds for the field of a name; two underscores stand for a full stop."""
    told = [{"id": id_.replace("__", "."), "value": value} for id_, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": told}


def for_fields(pattern: str, **properties: Any) -> Json:
    """As `for_field`, for all fields of names that a regular expression matches."""
    told = [{"id": id_.replace("__", "."), "value": value} for id_, value in properties.items()]
    return {"matcher": {"id": "byRegexp", "options": pattern}, "properties": told}


def fixed(colour: str) -> Json:
    """A colour that no value changes."""
    return {"mode": "fixed", "fixedColor": colour}


# Variables, which people choose above a dashboard.


def source_variable(name: str) -> Json:
    """Which data source is asked."""
    kind, uid, title = SOURCES[name]
    return {
        "type": "datasource",
        "name": name,
        "label": title,
        "description": f"Where {name} come from." if name == "metrics" else "The ledger, read-only.",
        "query": kind,
        "current": {"text": title, "value": uid, "selected": False},
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
        "hide": 0,
    }


def choice(name: str, label: str, metric: str, of: str) -> Json:
    """Which values of a label are looked at; at first all of them."""
    asked = f"label_values({metric}, {of})"
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": _source("metrics"),
        "definition": asked,
        "query": {"query": asked, "refId": "PrometheusVariableQueryEditor-VariableQuery", "qryType": 1},
        "current": {"text": ["All"], "value": ["$__all"], "selected": True},
        "includeAll": True,
        # Also what has the label not at all yet, and values beyond thousands.
        "allValue": ".*",
        "multi": True,
        "options": [],
        "refresh": 2,
        "regex": "",
        "sort": 1,
        "hide": 0,
    }


def asked(name: str, label: str, tells: str, default: str = "") -> Json:
    """What people write into a field."""
    return {
        "type": "textbox",
        "name": name,
        "label": label,
        "description": tells,
        "query": default,
        "current": {"text": default, "value": default, "selected": True},
        "options": [{"text": default, "value": default, "selected": True}],
        "hide": 0,
    }


def address(name: str, label: str, default: str) -> Json:
    """Where something else is to be found, for links; `make docs` writes the default anew."""
    return {**asked(name, label, "Where links lead.", default), "hide": 2}


def link(title: str, url: str, *, icon: str = "external link", tooltip: str = "") -> Json:
    """A link above a dashboard to somewhere else."""
    return {
        "type": "link",
        "title": title,
        "url": url,
        "icon": icon,
        "tooltip": tooltip,
        "tags": [],
        "asDropdown": False,
        "includeVars": False,
        "keepTime": False,
        "targetBlank": True,
    }


def link_to(title: str, url: str) -> Json:
    """Where a click on a value leads."""
    return {"title": title, "url": url, "targetBlank": True}


# The model.


def drawn(dashboard: Dashboard, links: Sequence[Json]) -> Json:
    """A dashboard in Grafana's model."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.tells,
        "tags": ["lectern"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "fiscalYearStartMonth": 0,
        "timezone": "browser",
        "weekStart": "",
        "refresh": dashboard.refresh,
        "time": {"from": dashboard.since, "to": "now"},
        "timepicker": {},
        "links": [_siblings(), *links],
        "annotations": {"list": [_alerts()] if "metrics" in dashboard.sources else []},
        "templating": {"list": [*map(source_variable, dashboard.sources), *dashboard.variables]},
        "panels": list(_panels(dashboard.rows)),
    }


def _siblings() -> Json:
    """Links to the other dashboards, with the time that is looked at."""
    return {
        "type": "dashboards",
        "title": "Lectern",
        "tags": ["lectern"],
        "asDropdown": False,
        "includeVars": False,
        "keepTime": True,
        "targetBlank": False,
        "icon": "external link",
        "tooltip": "",
        "url": "",
    }


def _alerts() -> Json:
    """When something paged, on every graph."""
    return {
        "name": "Pages",
        "datasource": _source("metrics"),
        "enable": True,
        "hide": False,
        "iconColor": BAD,
        "expr": 'ALERTS{alertstate="firing", severity="page"}',
        "step": "60s",
        "titleFormat": "{{alertname}}",
        "textFormat": "",
        "tagKeys": "pool,department,host,device,part,place,window",
        "useValueForTime": False,
    }


def _panels(rows: Iterable[Row]) -> Iterator[Json]:
    """All panels at their places; their numbers are their places in the dashboard."""
    number, y = 0, 0
    for row in rows:
        number += 1
        head: Json = {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": row.folded,
            "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y},
            "panels": [],
        }
        y += 1
        placed: list[Json] = []
        x = line = 0
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y, line = 0, y + line, 0
            number += 1
            placed.append(_panel(panel, number, {"h": panel.height, "w": panel.width, "x": x, "y": y}))
            x, line = x + panel.width, max(line, panel.height)
        y += line
        if row.folded:
            head["panels"] = placed
            yield head
        else:
            yield head
            yield from placed


def _panel(panel: Panel, number: int, place: Json) -> Json:
    told: Json = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.tells,
        "gridPos": place,
        "options": panel.options,
    }
    if not panel.source:
        return told
    steps = [{"color": colour, "value": value} for value, colour in panel.steps]
    return {
        **told,
        "datasource": _source(panel.source),
        "targets": [_target(panel, query, place) for place, query in enumerate(panel.queries)],
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "color": {"mode": _colours(panel)},
                "thresholds": {"mode": "absolute", "steps": steps},
                "mappings": [],
                "custom": panel.custom,
                "links": list(panel.links),
                **panel.defaults,
            },
            "overrides": list(panel.overrides),
        },
        "transformations": list(panel.transformations),
    }


def _colours(panel: Panel) -> str:
    by_value = panel.kind in {"stat", "bargauge", "table", "state-timeline"}
    return "thresholds" if by_value else "palette-classic-by-name"


def _target(panel: Panel, query: Query, place: int) -> Json:
    told: Json = {"refId": chr(ord("A") + place), "datasource": _source(panel.source)}
    if panel.source == "ledger":
        return {**told, "format": "table", "editorMode": "code", "rawQuery": True, "rawSql": query.text}
    return {
        **told,
        "expr": query.text,
        "legendFormat": query.legend or "__auto",
        "editorMode": "code",
        "format": "table" if panel.kind == "table" else "time_series",
        "instant": query.now,
        "range": not query.now,
    }


def _source(name: str) -> Json:
    return {"type": SOURCES[name][0], "uid": f"${{{name}}}"}
