"""Promises of docker-compose.yml and the images: what every container may and may not."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from cli.main import COMMANDS, GROUPS
from config.settings import is_secret, knobs
from farm.bootstrap import settings_of
from tests.config.composed import DOCKER, ROOT, composed, example, image_environment, names, ours, seconds
from worker.flower_pages import known_address
from worker.health import Role

_DOCUMENT = composed(example())
_OURS = ours(_DOCUMENT)
_SERVICES: dict[str, dict[str, Any]] = _DOCUMENT["services"]


def test_the_agreed_services_are_there() -> None:
    """Under the names by which Prometheus, Grafana and the pages call them."""
    assert {name for name, each in _SERVICES.items() if "profiles" not in each} == {
        *("redis", "postgres", "upgrade", "grants", "dispatcher", "worker", "flower")
    }
    profiles = {name: each["profiles"] for name, each in _SERVICES.items() if "profiles" in each}
    assert profiles == {
        "worker-gpu": ["gpu"],
        "cli": ["tools"],
        "jaeger": ["jaeger"],
        "caddy": ["tls"],
        **{name: ["observe"] for name in ("prometheus", "alertmanager", "grafana", "node-exporter")},
    }


@pytest.mark.parametrize("name", sorted(_SERVICES))
def test_no_container_may_more_than_it_must(name: str) -> None:
    """Nobody writes to a root, has a capability that is not named, or grows without limit."""
    each = _SERVICES[name]
    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"]
    assert each.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert each["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in each
    # Caddy's program has a right of its own in its file, and starts as root alone.
    assert name == "caddy" or int(each["user"].partition(":")[0]) > 0
    assert each["mem_limit"]
    assert each["pids_limit"] > 0
    assert each["restart"] == ("no" if name in {"upgrade", "grants", "cli"} else "unless-stopped")
    assert name in {"upgrade", "grants", "cli"} or each["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert each["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", sorted(_SERVICES))
def test_what_others_bring_is_pinned_and_what_is_published_is_for_this_machine(name: str) -> None:
    """Images by a version of their own; ports on loopback, but for the proxy that speaks TLS."""
    each = _SERVICES[name]
    assert re.search(r":v?\d+\.\d+\.\d+", each["image"]) or each["image"].startswith("postgres:15.")
    if name != "caddy":
        assert all(port.startswith("127.0.0.1:") for port in each.get("ports", ()))
    # A port of a container that is in closed networks alone would not be published.
    if each.get("ports"):
        assert "front" in each["networks"]
    if name in {"redis", "postgres", "worker", "worker-gpu"}:
        assert each["networks"] == ["backend"]
    assert _DOCUMENT["networks"]["backend"] == {"internal": True}


@pytest.mark.parametrize("name", sorted(_OURS))
def test_every_command_and_setting_of_ours_is_one(name: str) -> None:
    """Words are the program's, variables are knobs, and passwords come in files alone."""
    each = _OURS[name]
    known = {*COMMANDS, *(f"{group} {word}" for group, (_, words) in GROUPS.items() for word in words)}
    words = [word for word in each["command"] if not word.startswith(("-", "/"))]
    assert " ".join(words) in known
    check = each.get("healthcheck", {}).get("test", ["CMD", "python"])
    assert check[1] == "python" or (check[1:3] == ["lectern", "health"] and check[3] in get_args(Role))
    assert each["init"] is True
    assert each["user"] == "10001:10001"
    environment = {**image_environment(), **each["environment"]}
    told = {name: value for name, value in environment.items() if name.startswith("LECTERN_")}
    plain = {}
    for variable, value in told.items():
        knob = variable.removeprefix("LECTERN_").lower().replace("__", ".")
        if knob.endswith("_file") and is_secret(knob.removesuffix("_file")):
            place = value.removeprefix("/run/secrets/")
            assert place in each["secrets"]
            continue
        assert not is_secret(knob) or knob == "telemetry.otlp_url", variable
        assert knob in {*knobs(), "home", "config"}, variable
        if knob != "config":
            plain[variable] = value
    settings = settings_of(plain)
    volumes = [volume.split(":")[1] for volume in each.get("volumes", ())]
    assert str(settings.home) in volumes
    if name not in {"upgrade", "grants", "flower"}:
        places = {str(settings.store_root), str(settings.archive_root), "/srv/lectern/models"}
        assert places <= set(volumes)


@pytest.mark.parametrize("name", ["worker", "worker-gpu"])
def test_a_worker_gets_longer_than_its_drain(name: str) -> None:
    """Nobody is killed who is still finishing a clip."""
    settings = settings_of({})
    needed = settings.worker.drain_s + settings.lease.expiry_s
    assert seconds(_SERVICES[name]["stop_grace_period"]) > needed


def test_nobody_begins_before_the_ledger_is_ready() -> None:
    """Database, schema, roles, then everybody else; the farm does not come in as the owner."""
    assert _SERVICES["upgrade"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    done = "service_completed_successfully"
    assert _SERVICES["grants"]["depends_on"] == {"upgrade": {"condition": done}}
    for name in ("dispatcher", "worker", "worker-gpu", "flower"):
        assert _SERVICES[name]["depends_on"] == {
            "grants": {"condition": done},
            "redis": {"condition": "service_healthy"},
        }
    owners = {name for name, each in _SERVICES.items() if "owner-url" in each.get("secrets", ())}
    assert owners == {"upgrade", "grants"}


def test_redis_keeps_everything_behind_a_password() -> None:
    """Each change is written down, no key makes room for another, and the password is in no command line."""
    lines = (DOCKER / "redis.conf").read_text("utf-8").splitlines()
    assert {"appendonly yes", "maxmemory-policy noeviction", "include /run/secrets/redis-auth"} <= set(lines)
    assert "requirepass" not in " ".join(_SERVICES["redis"]["command"])


def test_whatever_is_mounted_is_there(tmp_path: Path) -> None:
    """Secrets are made, each for the few that need it; files of settings stand in the repository."""
    subprocess.run([DOCKER / "secrets.sh", tmp_path / "secrets"], check=True, capture_output=True)
    made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
    assert {name: f"./secrets/{name}" for name in made} == {
        name: each["file"] for name, each in _DOCUMENT["secrets"].items()
    }
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    before = {name: path.read_text("ascii") for name, path in made.items()}
    assert before["ledger-url"].startswith("postgresql+psycopg://lectern_farm:")
    assert before["farm-password"].strip() in before["ledger-url"]
    subprocess.run([DOCKER / "secrets.sh", tmp_path / "secrets"], check=True, capture_output=True)
    assert {name: path.read_text("ascii") for name, path in made.items()} == before
    (tmp_path / "secrets/farm-password").unlink()
    (tmp_path / "secrets/redis-url").write_text("rediss://:mine@redis.example:6379/0\n", "ascii")
    again = subprocess.run([DOCKER / "secrets.sh", tmp_path / "secrets"], check=False, capture_output=True)
    assert again.returncode == 1
    (line,) = again.stderr.decode().splitlines()
    assert "/ledger-url holds another password than " in line
    for each in _DOCUMENT["configs"].values():
        assert (ROOT / each["file"]).is_file()
    for service in _SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            named = source in _DOCUMENT["volumes"] or source in {"/", "./batches"}
            assert named or (ROOT / source).is_dir(), source
        for each in (*service.get("secrets", ()), *service.get("configs", ())):
            source = each["source"] if isinstance(each, dict) else each
            assert source in {*_DOCUMENT["secrets"], *_DOCUMENT["configs"]}


def test_everything_that_may_be_set_is_told() -> None:
    """`.env.example` names whatever docker-compose.yml asks for by a name of the operator's."""
    unasked = {"LECTERN_VERSION", "HOST", "COMPOSE_PROFILES"}
    quiet = {
        "REDIS_MEMORY",
        "POSTGRES_MEMORY",
        "FLOWER_PORT",
        "PROMETHEUS_RETENTION",
        "GATEWAY",
    }
    assert names() | unasked == {*example(), *quiet}


def test_the_images_hold_no_secret_and_run_as_nobody() -> None:
    """Every target ends as a user without rights; what is copied is what is named."""
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    stages = {
        part.split("\n")[0].split()[-1]: part for part in re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    }
    built = {each["image"].rpartition("-")[2] for each in _OURS.values()}
    assert built == {"light", "cpu", "gpu"}
    for target in built:
        assert "USER 10001:10001" in stages[target]
    assert "--require-hashes" in text
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    assert kept[0] == "*"
    assert {"!secrets", "!.env", "!.git"}.isdisjoint(kept)


def test_the_images_can_back_the_ledger_up() -> None:
    """PostgreSQL's programs in them are of the servers' release: older ones refuse a newer server."""
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    releases = set(re.findall(r"postgresql-client-(\d+)", text))
    releases |= set(re.findall(r"/usr/lib/postgresql/(\d+)/bin/pg_(?:dump|restore)", text))
    (server,) = re.findall(r"postgres:(\d+)", _SERVICES["postgres"]["image"])
    pods = (ROOT / "config/kubernetes/components/data/postgres.yaml").read_text("utf-8")
    assert releases == {server} == set(re.findall(r"image: postgres:(\d+)", pods))


@pytest.mark.parametrize("path", sorted(DOCKER.glob("*.yml")), ids=lambda path: path.name)
def test_what_is_laid_over_it_fits(path: Path) -> None:
    """Each further file changes services and volumes that there are, or adds its own."""
    laid = composed({}, path)
    for name, each in laid.get("services", {}).items():
        assert name in _SERVICES or each["extends"]["service"] in _SERVICES
    told = set(_DOCUMENT["volumes"]) | set(laid["volumes"])
    for each in laid.get("services", {}).values():
        assert {volume.split(":")[0] for volume in each["volumes"]} <= told


def test_no_key_stands_twice() -> None:
    """Where one did, the second would win silently."""

    def look(node: yaml.Node) -> None:
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            assert [each.value for each, _ in node.value].count(key.value) == 1, key.start_mark
            look(value)

    look(yaml.compose((ROOT / "docker-compose.yml").read_text("utf-8")))


def test_links_lead_where_flower_and_grafana_are_shown() -> None:
    """On this machine's own ports unless told otherwise; and a health check follows no link to elsewhere."""
    told = _OURS["cli"]["environment"]
    settings = settings_of({name: value for name, value in told.items() if "FLOWER" in name})
    prefix = _OURS["flower"]["environment"]["LECTERN_FLOWER__URL_PREFIX"]
    assert known_address(settings) == f"http://127.0.0.1:5555/{prefix}"
    assert _OURS["flower"]["ports"] == ["127.0.0.1:5555:5555"]
    grafana = _SERVICES["grafana"]
    shown = grafana["environment"]["GF_SERVER_ROOT_URL"]
    assert shown == "http://127.0.0.1:3000/grafana/"
    assert grafana["ports"] == ["127.0.0.1:3000:3000"]
    assert grafana["healthcheck"]["test"][-1].startswith(shown)


def test_what_caddy_shows_is_there_and_asks_for_a_password() -> None:
    """Each path is a service's own, on its port; Flower's metrics, which ask for none, are not shown."""
    text = (DOCKER / "Caddyfile").read_text("utf-8")
    handles = re.findall(r"handle (/\S+) \{\n\s+(.+)\n", text)
    assert handles[0] == ("/flower/metrics", "respond 404")
    assert dict(handles[1:]) == {
        "/flower/*": "reverse_proxy flower:5555",
        "/grafana/*": "reverse_proxy grafana:3000",
    }
    for path in ("flower", "grafana"):
        assert f"redir /{path} /{path}/\n" in text
        assert "front" in _SERVICES[path]["networks"]
    assert set(re.findall(r"\{\$(\w+)\}", text)) == set(_SERVICES["caddy"]["environment"])


def test_docker_changes_nobody_on_a_nas() -> None:
    """In whoever has a folder of it, Docker mounts it without copying the image's owner to it."""
    laid = composed({}, DOCKER / "nas.yml")
    for name, each in _SERVICES.items():
        shared = {volume for volume in each.get("volumes", ()) if volume.split(":")[0] in laid["volumes"]}
        mounted = laid["services"].get(name, {}).get("volumes", ())
        assert {f"{volume}:nocopy" for volume in shared} == set(mounted), name
