"""A forecast, told to a person and to a machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.problems import problem_document
from cli.terminal import Cell, Terminal, sentence, told
from farm.forecast import Forecast, Room
from farm.precheck import Admitted
from farm.rowcheck import Film
from farm.voicedoor import named
from pipeline.plan.moments import iso

#: Rows of the batch that a person is shown.
_ROWS = 10
_RENDER = "render"


def forecast_lines(forecast: Forecast, terminal: Terminal) -> Iterator[Cell | Table]:
    """The first rows as they will be made, what they will need, and what may stand against it."""
    words = terminal.words
    yield _rows(forecast, terminal)
    if (rest := len(forecast.films) - _ROWS) > 0:
        yield Text(words("more-rows", number=rest), style="dim")
    yield ""
    facts = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    facts.add_column(style="bold", no_wrap=False)
    facts.add_column(overflow="fold")
    for name, lines in _facts(forecast, terminal):
        facts.add_row(words(name), Text("\n".join(lines)))
    yield facts
    if forecast.known is not None:
        yield Text(words("forecast-known", batch=forecast.known), style="yellow")
    for notice in forecast.notices:
        line = Text(words("warning"), style="yellow")
        line.append(sentence(notice.code, notice.facts, terminal.language), style="default")
        yield line.append(f" [{notice.code}]", style="dim")


def forecast_document(forecast: Forecast, admitted: Admitted, terminal: Terminal) -> dict[str, object]:
    """The whole forecast; lengths and times are in whole seconds."""
    contents, language = forecast.contents, terminal.language
    return {
        "kind": "forecast",
        "jobs": len(forecast.films),
        "length_s": forecast.length_ms // 1000,
        "to_render_s": forecast.length_ms * contents.to_render // 1_000_000,
        "unwritten": contents.unwritten,
        "looked_at": contents.looked_at,
        "learnt_from": contents.learnt,
        "sentences": vars(contents.sentences),
        "clips": vars(contents.clips),
        "machine_s": forecast.machine_ms // 1000,
        "work_s": forecast.wall_ms // 1000,
        "prices": [{**vars(one), "basis": one.basis.value} for one in forecast.prices],
        "store": _room_document(forecast.store),
        "archive": _room_document(forecast.archive),
        "size_basis": forecast.size_basis.value,
        "one_disk": forecast.one_disk,
        "workers": forecast.workers,
        "ahead_s": forecast.ahead_ms // 1000,
        "finish": None if forecast.finish_at is None else iso(forecast.finish_at),
        "known": forecast.known,
        "notices": [
            {"code": one.code, "facts": dict(one.facts), "what": told(one.code, one.facts, language)[0]}
            for one in forecast.notices
        ],
        "skipped": [problem_document(problem, language) for problem in admitted.skipped],
        "warnings": [problem_document(warning, language) for warning in admitted.warnings],
        "rows": [
            {
                "row": film.row.number,
                "id": film.row.id,
                "voice": named(film.voice, film.sound.others),
                "language": film.voice.language,
                "speed": film.voice.speed,
                "format": f"{film.format.width}x{film.format.height}",
                "fps": film.format.fps,
                "urgency": film.urgency.value,
                "priority": film.priority,
                "department": film.department,
                "pool": film.pool,
                "options": dict(film.row.options),
                "length_s": ms // 1000,
            }
            for film, ms in zip(forecast.films, contents.lengths_ms, strict=True)
        ],
    }


def _rows(forecast: Forecast, terminal: Terminal) -> Table:
    shown: list[Sequence[Cell]] = [
        _row(film, ms, terminal)
        for film, ms in zip(forecast.films[:_ROWS], forecast.contents.lengths_ms, strict=False)
    ]
    heads = ("row", "row-name", "voice", "language", "format", "length")
    return terminal.table(*heads, rows=shown, right=(0, 5))


def _row(film: Film, ms: int, terminal: Terminal) -> Sequence[Cell]:
    picture = film.format
    voice = named(film.voice, film.sound.others) if film.voice.model else film.voice.name
    return (
        str(film.row.number),
        clean(film.row.id),
        clean(voice) or terminal.words("voice-recorded"),
        film.voice.language,
        f"{picture.width} × {picture.height}, {picture.fps}",
        terminal.words.span(-(-ms // 1000)),
    )


def _facts(forecast: Forecast, terminal: Terminal) -> Iterator[tuple[str, list[str]]]:
    words, contents = terminal.words, forecast.contents
    span = words.span(forecast.length_ms // 1000)
    basis = "length-learnt" if contents.learnt else "length-guessed"
    films = [words("forecast-length", films=len(forecast.films), span=span)]
    if contents.unwritten < len(forecast.films):
        films.append(words(basis, films=contents.learnt))
    if contents.unwritten:
        films.append(words("forecast-unwritten", number=contents.unwritten))
    if contents.looked_at < len(forecast.films):
        films.append(words("looked-at", films=contents.looked_at))
    yield "forecast-films", films
    clips = contents.clips
    yield (
        "forecast-work",
        [
            words(
                "forecast-clips",
                clips=clips.different - clips.there,
                span=words.span(forecast.length_ms * contents.to_render // 1_000_000),
            ),
            words("forecast-shared", shared=clips.all - clips.different, there=clips.there),
            words("forecast-spoken", there=contents.sentences.there, all=contents.sentences.different),
        ],
    )
    yield "forecast-machine", [words.span(-(-forecast.machine_ms // 1000)), *_prices(forecast, terminal)]
    yield "forecast-store", [_room(forecast.store, forecast, terminal)]
    yield "forecast-archive", [_room(forecast.archive, forecast, terminal)]
    yield "forecast-finish", [_finish(forecast, terminal)]


def _prices(forecast: Forecast, terminal: Terminal) -> Iterator[str]:
    """What a frame costs: rendering in each size and on each device, everything else together."""
    words = terminal.words
    for one in forecast.prices:
        if one.stage == _RENDER:
            basis = words(f"basis-{one.basis.value}")
            if one.attempts:
                basis = words("basis-of", basis=basis, device=one.device or "–", attempts=one.attempts)
            what = f"{words.state(_RENDER)} {one.width} × {one.height}"
            yield words("per-frame", what=what, ms=f"{one.machine_us / 1000:.1f}", basis=basis)
    others = [one for one in forecast.prices if one.stage != _RENDER]
    for basis in dict.fromkeys(one.basis for one in others):
        costs = {one.stage: one.machine_us for one in others if one.basis == basis}
        what = words("comma").join(words.state(stage) for stage in costs)
        ms = f"{sum(costs.values()) / 1000:.1f}"
        yield words("per-frame", what=what, ms=ms, basis=words(f"basis-{basis.value}"))


def _room(room: Room, forecast: Forecast, terminal: Terminal) -> str:
    words = terminal.words
    needed = _size(room.needed)
    place = clean(str(room.place))
    if room.free is None:
        return words("room-away", needed=needed, place=place)
    line = words("room", needed=needed, free=_size(room.free), place=place)
    if room is forecast.archive and forecast.one_disk:
        line += words("room-shared")
    return line + words(f"room-{forecast.size_basis.value}") if room is forecast.store else line


def _finish(forecast: Forecast, terminal: Terminal) -> str:
    words = terminal.words
    work = words.span(forecast.wall_ms // 1000)
    if forecast.finish_at is None:
        return words("finish-unknown", span=words.span((forecast.wall_ms + forecast.ahead_ms) // 1000))
    moment = terminal.moment(iso(forecast.finish_at))
    name = "finish-after" if forecast.ahead_ms else "finish"
    ahead = words.span(forecast.ahead_ms // 1000)
    return words(name, moment=moment, workers=forecast.workers, span=work, ahead=ahead)


def _room_document(room: Room) -> dict[str, object]:
    return {"place": str(room.place), "needed_bytes": room.needed, "free_bytes": room.free}


def _size(count: int) -> str:
    """Bytes as a person reads them."""
    if count < 1_000_000_000:  # noqa: PLR2004 - a gigabyte
        return f"{-(-count // 1_000_000)} MB"
    return f"{count / 1_000_000_000:.1f} GB"
