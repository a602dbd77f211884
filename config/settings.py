"""What an operator may set: default.toml < lectern.toml < environment, read once, frozen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.layers import Values, layers, overlay


class Mark(Enum):
    """What is never shown of a knob; each of these may stand in a file of its own, such as `url_file`."""

    #: All of it.
    SECRET = 1
    #: The password in a URL.
    ADDRESS = 2


Secret = Annotated[str, Mark.SECRET]
Address = Annotated[str, Mark.ADDRESS]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


#: A hundred years; who wants more wants no end, which is 0.
_DAYS = 36_500
#: One log alone is cut at twice as much.
_LEAST_MB = 10


def _room(megabytes: int) -> int:
    if 0 < megabytes < _LEAST_MB:
        raise ValueError(megabytes)
    return megabytes


class Paths(_Section):
    """Where everything lies unless another section says otherwise."""

    home: str


class Ledger(_Section):
    """The database that remembers everything."""

    url: Address


class Redis(_Section):
    """The doorbell."""

    url: Address
    ca_file: str
    cert_file: str
    key_file: str
    port: int

    @property
    def location(self) -> str:
        """The URL with all that it takes to reach Redis by TLS, as its clients read it; empty for none."""
        told = (
            ("ssl_ca_certs", self.ca_file),
            ("ssl_certfile", self.cert_file),
            ("ssl_keyfile", self.key_file),
        )
        if not self.url.startswith("rediss://"):
            return self.url
        url = self.url
        for name, file in told:
            if file and f"{name}=" not in url:
                path = Path(file).expanduser().absolute()
                url += ("&" if "?" in url else "?") + urlencode({name: str(path)})
        return url


class Store(_Section):
    """Artifacts: clips, films, sources."""

    root: str


class Archive(_Section):
    """Where finished films are delivered."""

    root: str
    public_prefix: str
    stuck_s: float


class Log(_Section):
    """How log lines look, where they go, and how long they are kept."""

    format: Literal["auto", "console", "json"]
    level: Literal["debug", "info", "warning", "error"]
    to: Literal["files", "stdout", "both"]
    root: str
    keep_days: Annotated[float, Field(ge=0, le=_DAYS, allow_inf_nan=False)]
    keep_mb: Annotated[int, Field(ge=0), AfterValidator(_room)]


class Telemetry(_Section):
    """Where spans are sent."""

    otlp_url: str
    headers_file: str


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

    webhook_url: Secret
    webhook_secret: Secret
    wecom_url: Secret
    dingtalk_url: Secret
    dingtalk_secret: Secret
    feishu_url: Secret
    feishu_secret: Secret
    allow_http: bool
    link: str
    mail_host: str
    mail_port: int
    mail_tls: Literal["starttls", "tls", "none"]
    mail_user: str
    mail_password: Secret
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

    url: Secret
    secret: Secret
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
    host: str
    behind_proxy: bool
    password: Secret
    url_prefix: str
    url: str


class Metrics(_Section):
    """Where each process tells of itself."""

    host: str
    dispatcher_port: int
    worker_port: int
    watchdog_port: int
    password: Secret
    open: bool
    hung_s: float


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
    telemetry: Telemetry
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
    metrics: Metrics
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
    def log_root(self) -> Path | None:
        """The folder in which each host has one for its log files; None: they lie in the home."""
        return Path(self.log.root).expanduser().absolute() if self.log.root else None

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
            (pydantic's ValidationError, tomllib's TOMLDecodeError and SecretFileError are ValueErrors).
        FileNotFoundError: LECTERN_CONFIG names a file that does not exist.
    """
    values: Values = {}
    for layer in layers(os.environ if environment is None else environment, is_secret):
        overlay(values, layer.values)
    return Settings.model_validate(values)


def mark_of(knob: str) -> Mark | None:
    """What is not to be shown of a knob, such as ``redis.url``; None where nothing is hidden."""
    section, _, name = knob.partition(".")
    field = Settings.model_fields.get(section)
    knobs = getattr(field.annotation, "model_fields", {}) if field is not None else {}
    marks = knobs[name].metadata if name in knobs else ()
    return next((mark for mark in marks if isinstance(mark, Mark)), None)


def is_secret(knob: str) -> bool:
    """Whether a knob, such as ``redis.url``, is a secret or holds one, and so may stand in a file."""
    return mark_of(knob) is not None


def knobs() -> tuple[str, ...]:
    """Every knob there is, as ``section.name``, in the order of default.toml."""
    return tuple(
        f"{section}.{name}"
        for section, field in Settings.model_fields.items()
        for name in getattr(field.annotation, "model_fields", {})
    )
