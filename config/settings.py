"""What an operator may set: default.toml < lectern.toml < environment, read once, frozen."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

_PREFIX = "LECTERN_"
#: Variables that are no knob of a section.
_SHORT = frozenset({"LECTERN_HOME", "LECTERN_CONFIG"})


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Paths(_Section):
    """Where everything lies unless another section says otherwise."""

    home: str


class Ledger(_Section):
    """The database that remembers everything."""

    url: str


class Redis(_Section):
    """The doorbell."""

    url: str
    port: int


class Store(_Section):
    """Artifacts: clips, films, sources."""

    root: str


class Archive(_Section):
    """Where finished films are delivered."""

    root: str
    public_prefix: str
    stuck_s: float


class Log(_Section):
    """How log lines look."""

    format: Literal["auto", "console", "json"]
    level: Literal["debug", "info", "warning", "error"]


class Worker(_Section):
    """Worker processes of one machine."""

    count: int
    devices: str
    card_stages: str
    card_shares: str
    pools: str
    threads: int
    steps_per_child: int
    memory_mb: int
    step_seconds: int
    drain_s: float
    disk_floor_mb: int
    no_progress_s: float


class Lease(_Section):
    """How a dead worker is noticed, in seconds."""

    beat_s: float
    expiry_s: float


class Retry(_Section):
    """How often and when a step that failed is tried again."""

    attempts: int
    backoff_s: float
    poison_deaths: int


class Dispatcher(_Section):
    """How the queues are kept thin."""

    interval_s: float
    surplus: int


class Prices(_Section):
    """What an hour costs in accounts."""

    cards: str
    processor: str
    currency: str


class Report(_Section):
    """Where the morning report is sent."""

    webhook_url: str
    webhook_secret: str
    wecom_url: str
    dingtalk_url: str
    dingtalk_secret: str
    feishu_url: str
    feishu_secret: str
    allow_http: bool
    link: str
    mail_host: str
    mail_port: int
    mail_tls: Literal["starttls", "tls", "none"]
    mail_user: str
    mail_password: str
    mail_password_file: str
    mail_from: str
    mail_to: str


class Gc(_Section):
    """How the store is kept clean."""

    grace_hours: float
    every_hours: float
    store_gb: float


class Quota(_Section):
    """When the days begin that quotas count by."""

    day_begins: str
    zone: str


class Members(_Section):
    """Who may submit for which department."""

    of: str


class Results(_Section):
    """How the tables of what became of each row are kept up to date."""

    every_s: float


class Notices(_Section):
    """Where news of films and batches are posted to."""

    url: str
    secret: str
    events: str
    allow_http: bool


class Nightly(_Section):
    """What `lectern nightly` does."""

    folder: str
    window: str
    settled_s: float
    longest_hours: float
    scale_command: str


class Flower(_Section):
    """The window on Celery."""

    port: int


class Film(_Section):
    """What a film is like unless its row says otherwise."""

    format: str
    fps: int
    quality: str
    pool: str
    loudness_lufs: float
    true_peak_dbtp: float


class Label(_Section):
    """What films say of who has them made."""

    producer: str


class Face(_Section):
    """Who draws faces unless a row says otherwise, and with what."""

    engine: str
    model: str
    backend: str
    device: str


class Models(_Section):
    """Trained weights that the operator brings."""

    root: str
    use: Literal["commercial", "research", "personal"]
    catalogue: str


class Voice(_Section):
    """Who speaks unless a row says otherwise, and with what."""

    engine: str
    model: str
    device: str
    cpu_fallback: bool
    loaded: int


class Ear(_Section):
    """What recordings are understood with, and when it is in doubt."""

    engine: str
    model: str
    device: str
    precision: Literal["auto", "fp16", "fp32", "int8"]
    language: str
    cpu_fallback: bool
    activity: Literal["auto", "silero", "level"]
    no_speech_per_cent: int
    logprob_hundredths: int
    compression_per_cent: int


class Check(_Section):
    """Whether it is checked that a voice says what its script says, unless a row says otherwise."""

    mode: Literal["none", "sample", "all"]
    sample_per_cent: int
    words_per_mille: int
    characters_per_mille: int
    takes: int
    failure: Literal["warn", "stop"]


class Writer(_Section):
    """What writes scripts, and how it chooses its words."""

    engine: str
    model: str
    device: str
    precision: str
    batch: int
    max_tokens: int
    temperature_per_cent: int
    top_p_per_cent: int
    seed: int
    cpu_fallback: bool


class Consent(_Section):
    """Whether pictures and voices need somebody's recorded consent."""

    policy: Literal["none", "warn", "required"]


class Captions(_Section):
    """What captions are drawn with."""

    fonts: str


class Encoder(_Section):
    """How pictures are encoded."""

    codec: Literal["auto", "libx264", "h264_nvenc"]
    qp: int
    preset: str


class Limits(_Section):
    """What a user's file may cost before it is refused."""

    script_characters: int
    portrait_bytes: int
    portrait_pixels: int
    footage_bytes: int
    footage_pixels: int
    footage_seconds: int
    recording_bytes: int
    recording_seconds: int
    reference_bytes: int
    consent_bytes: int
    manifest_rows: int
    manifest_bytes: int
    ffmpeg_seconds: int
    ffmpeg_memory_bytes: int


class Settings(_Section):
    """Everything that can be set, complete and checked."""

    paths: Paths
    ledger: Ledger
    redis: Redis
    store: Store
    archive: Archive
    log: Log
    worker: Worker
    lease: Lease
    retry: Retry
    dispatcher: Dispatcher
    prices: Prices
    report: Report
    gc: Gc
    quota: Quota
    members: Members
    results: Results
    notices: Notices
    nightly: Nightly
    flower: Flower
    film: Film
    label: Label
    face: Face
    models: Models
    voice: Voice
    ear: Ear
    check: Check
    writer: Writer
    consent: Consent
    captions: Captions
    encoder: Encoder
    limits: Limits

    @property
    def home(self) -> Path:
        """The folder below which everything lies."""
        return Path(self.paths.home).expanduser().resolve()

    @property
    def ledger_url(self) -> str:
        """The ledger's SQLAlchemy URL."""
        return self.ledger.url or f"sqlite:///{self.home / 'ledger.sqlite3'}"

    @property
    def store_root(self) -> Path:
        """The folder of artifacts."""
        return Path(self.store.root).expanduser().resolve() if self.store.root else self.home / "store"

    @property
    def nightly_root(self) -> Path:
        """The folder that batches for the night are laid in."""
        return (
            Path(self.nightly.folder).expanduser().absolute()
            if self.nightly.folder
            else self.home / "nightly"
        )

    @property
    def archive_root(self) -> Path:
        """The folder that finished films are delivered to."""
        # Without following links: a share that hangs would be waited for.
        return Path(self.archive.root).expanduser().absolute() if self.archive.root else self.home / "archive"

    @property
    def models_root(self) -> Path:
        """The folder of models."""
        return Path(self.models.root).expanduser().resolve() if self.models.root else self.home / "models"

    @property
    def model_catalogues(self) -> tuple[Path, ...]:
        """The files that list models which can be fetched: Lectern's own, then the operator's, if any."""
        own = Path(__file__).with_name("models.toml")
        return (own, Path(self.models.catalogue).expanduser()) if self.models.catalogue else (own,)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read default.toml, then lectern.toml, then the environment; later ones win, knob by knob.

    lectern.toml is the file that LECTERN_CONFIG names, or the one in the home folder. A variable such
    as LECTERN_ARCHIVE__ROOT sets `root` in `[archive]`; LECTERN_HOME is short for LECTERN_PATHS__HOME.

    Raises:
        ValueError: a file that is no TOML, an unknown knob, also a variable that begins with LECTERN_ and
            names none, or a value of the wrong type
            (pydantic's ValidationError and tomllib's TOMLDecodeError are both ValueErrors).
        FileNotFoundError: LECTERN_CONFIG names a file that does not exist.
    """
    env = os.environ if environment is None else environment
    values: dict[str, Any] = tomllib.loads(Path(__file__).with_name("default.toml").read_text("utf-8"))
    given = _from_environment(env)
    home = given.get("paths", {}).get("home", values["paths"]["home"])
    file = settings_file(home, env)
    if env.get("LECTERN_CONFIG") or file.is_file():
        _overlay(values, tomllib.loads(file.read_text("utf-8")))
    _overlay(values, given)
    return Settings.model_validate(values)


def settings_file(home: str, environment: Mapping[str, str] | None = None) -> Path:
    """Where the operator's settings are, or would be: what LECTERN_CONFIG names, or a file in the home."""
    named = (os.environ if environment is None else environment).get("LECTERN_CONFIG")
    return Path(named).expanduser() if named else Path(home).expanduser() / "lectern.toml"


def _from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if home := env.get("LECTERN_HOME"):
        given["paths"] = {"home": home}
    for name, value in env.items():
        if not name.startswith(_PREFIX) or name in _SHORT:
            continue
        section, gap, knob = name.removeprefix(_PREFIX).lower().partition("__")
        if not gap:
            # No section: it stands among them under its own name, and is found unknown there.
            given[name] = value
            continue
        given.setdefault(section, {})[knob] = value
    return given


def _overlay(values: dict[str, Any], given: Mapping[str, Any]) -> None:
    for section, knobs in given.items():
        if isinstance(knobs, Mapping):
            values.setdefault(section, {}).update(knobs)
        else:
            values[section] = knobs
