"""Run what docker-compose.yml runs, without Docker: a real film goes through, in containers made by hand.

Each service gets what Compose would give it: the environment, secrets and settings under the very paths,
its own volumes, a root that cannot be written to, processes, mounts and a host name of its own, and a user
without any capability. All of them share one closed network, in which names of services lead to this machine.
It takes root, and the programs unshare(1) and setpriv(1). `make compose-check` runs it on this machine's own
programs; with `--light ROOT --cpu ROOT` these folders are roots of images, such as `buildah mount` names.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.config.composed import DOCKER, ROOT, composed, example, image_environment, ours, seconds
from worker.redis_server import find_redis_server

_INSIDE = "--inside"
_PATIENCE_S = 300.0
_SENTENCE = "Nothing of this film was made by hand."


def main() -> int:
    """Run it all; the exit code."""
    parser = argparse.ArgumentParser(description="Run every container's command for real, outside Docker.")
    parser.add_argument(
        "--light", type=Path, help="the root of the image `light`; this machine's unless given"
    )
    parser.add_argument("--cpu", type=Path, help="the root of the image `cpu`; this machine's unless given")
    parser.add_argument(_INSIDE, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not given.inside:
        if os.geteuid():
            sys.exit("it takes root: namespaces, mounts and other users")
        # What dies here takes everything with it.
        words = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"]
        again = [sys.executable, str(Path(__file__).resolve()), *sys.argv[1:], _INSIDE]
        return subprocess.run([*words, *again], check=False).returncode
    ask_compose()
    _loopback_up()
    with tempfile.TemporaryDirectory(prefix="lectern-compose-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yard = Yard(folder=Path(folder), images={"light": given.light, "cpu": given.cpu})
        with contextlib.ExitStack() as running:
            story(yard, running)
    return 0


@dataclass(kw_only=True)
class Yard:
    """A project of Compose's, in a folder of its own.

    Attributes:
        folder: where volumes, secrets and logs lie.
        images: roots of images by their kind; None is this machine.
    """

    folder: Path
    images: dict[str, Path | None]
    document: dict[str, Any] = field(init=False)
    secrets: Path = field(init=False)

    def __post_init__(self) -> None:
        """Make secrets and the folder of batches, as docs/deploy.md says."""
        self.secrets = self.folder / "secrets"
        subprocess.run([DOCKER / "secrets.sh", self.secrets], check=True, stdout=subprocess.DEVNULL)
        self.document = composed({**example(), "WORKERS": "1", "BATCHES": str(self.folder / "batches")})
        (self.folder / "batches").mkdir()

    def secret(self, name: str) -> str:
        """What a secret's file holds."""
        return (self.secrets / name).read_text("ascii").strip()

    def start(
        self,
        name: str,
        words: Sequence[str] | None = None,
        *,
        environment: dict[str, str] | None = None,
        entrypoint: Sequence[str] = ("lectern",),
        root: Path | None = None,
    ) -> Container:
        """Start a service, or another command with all that the service has."""
        service = self.document["services"][name]
        kind = service["image"].rpartition("-")[2]
        root = root or self.images.get(kind)
        command = [*entrypoint, *(words if words is not None else service["command"])]
        env = {"HOSTNAME": name, **(environment or {})}
        if name in ours(self.document):
            env |= image_environment()
        env |= service.get("environment", {})
        if root is None:
            env["PATH"] = os.pathsep.join(_programs())
            if "PYTHONPATH" in os.environ:
                env["PYTHONPATH"] = os.environ["PYTHONPATH"]
        else:
            env["PATH"] = env.get("PATH", "").replace("$PATH", os.defpath)
        (logs := self.folder / "logs").mkdir(exist_ok=True)
        log = logs / f"{name}.{len(list(logs.iterdir()))}.log"
        return Container(name, self._script(name, service, command, env, root), log)

    def _script(
        self,
        name: str,
        service: dict[str, Any],
        command: Sequence[str],
        env: dict[str, str],
        root: Path | None,
    ) -> str:
        """What the container's first process does, as a shell reads it: build its world, run its command."""
        place = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        new = place / "root"
        user, _, group = str(service["user"]).partition(":")
        passwd = new / "etc/passwd"
        layers = f"lowerdir={root or '/'},upperdir={place}/up,workdir={place}/work"
        me = f"user{user}:x:{user}:{group}::/:/bin/sh"
        lines = [
            "set -eu",
            f"hostname {shlex.quote(service.get('hostname', name))}",
            f"mount -t tmpfs tmpfs {place}",
            f"mkdir {place}/up {place}/work {new}",
            f"mount -t overlay overlay -o {layers} {new}",
            f"mkdir -p {new}/proc {new}/dev {new}/sys {new}/run/secrets",
            f"mount -t proc proc {new}/proc",
            f"mount --rbind /dev {new}/dev",
            f"rm -f {new}/etc/hosts",
            f"echo 127.0.0.1 localhost {' '.join(self.document['services'])} >{new}/etc/hosts",
            f"grep -q '^[^:]*:[^:]*:{user}:' {passwd} || echo {me} >>{passwd}",
        ]
        for each in service.get("tmpfs", ()):
            target, _, options = each.partition(":")
            lines += [
                f"mkdir -p {new}{target}",
                f"mount -t tmpfs -o {options or 'mode=1777'} tmpfs {new}{target}",
            ]
        mounts = [*self._volumes(service), *self._configs(service), *self._secrets(service)]
        if root is None:
            # What a tmpfs has hidden, or lies on another disk.
            own = {ROOT, Path(sys.prefix), Path(sys.base_prefix), find_redis_server().parent}
            mounts += [(each, str(each)) for each in sorted(own)]
            # In this layer above the machine, and not on it, others may come by.
            above = {path for each in own for path in each.parents}
            lines += [f"[ ! -e {new}{path} ] || chmod a+x {new}{path}" for path in sorted(above)]
        for source, target in mounts:
            make = f"mkdir -p {new}{target}" if source.is_dir() else f"mkdir -p {new}{Path(target).parent}"
            kind = "-d" if source.is_dir() else "-e"
            lines += [make, f"[ {kind} {new}{target} ] || touch {new}{target}"]
            lines += [f"mount --bind {source} {new}{target}"]
        lines += [f"mount -o remount,ro {new}"]
        if name in ours(self.document) and service.get("working_dir"):
            lines += [f"cd {new}{service['working_dir']}"]
        words = shlex.join(f"{key}={value}" for key, value in env.items())
        groups = ",".join([group, *service.get("group_add", [])])
        bare = f"setpriv --reuid {user} --regid {group} --groups {groups} --no-new-privs"
        bare += " --inh-caps=-all --ambient-caps=-all --bounding-set=-all"
        inner = f"cd {service.get('working_dir', '/')}; exec {shlex.join(command)}"
        first = f"sh -c {shlex.quote(_INIT)} init {shlex.quote(inner)}"
        return "\n".join([*lines, f"exec chroot {new} env -i {words} {bare} {first}"])

    def _volumes(self, service: dict[str, Any]) -> Iterator[tuple[Path, str]]:
        user, _, group = str(service["user"]).partition(":")
        for each in service.get("volumes", ()):
            source, target, *_ = each.split(":")
            place = Path(source) if source.startswith(("/", ".")) else self.folder / "volumes" / source
            if not place.exists():
                place.mkdir(parents=True)
                # As Docker gives a new volume to whoever has the folder in the image.
                os.chown(place, int(user), int(group))
            yield place, target

    def _configs(self, service: dict[str, Any]) -> Iterator[tuple[Path, str]]:
        for each in service.get("configs", ()):
            yield ROOT / self.document["configs"][each["source"]]["file"], each["target"]

    def _secrets(self, service: dict[str, Any]) -> Iterator[tuple[Path, str]]:
        for each in service.get("secrets", ()):
            told = each if isinstance(each, dict) else {"source": each, "target": f"/run/secrets/{each}"}
            yield self.secrets / Path(self.document["secrets"][told["source"]]["file"]).name, told["target"]


#: A container's first process, as `init: true` has it: hands signals on, and buries whoever nobody buries.
_INIT = (
    'sh -c "$1" & child=$!; trap "kill -TERM $child" TERM; '
    "while :; do wait $child && code=0 || code=$?; kill -0 $child 2>/dev/null || exit $code; done"
)


class Container:
    """A running container.

    Args:
        name: of its service.
        script: what its first process does.
        log: where what it writes goes.
    """

    def __init__(self, name: str, script: str, log: Path) -> None:
        self.name, self.log = name, log
        words = [
            "unshare",
            "--mount",
            "--pid",
            "--uts",
            "--ipc",
            "--fork",
            "--kill-child=SIGKILL",
            "sh",
            "-c",
            script,
        ]
        with log.open("wb") as out:
            self._process = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL)

    def wait(self, wanted: int = 0) -> None:
        """Wait until it ends by itself, with this code."""
        code = self.ended()
        check(code == wanted, f"{self.name} ends with {code}", self.said())

    def ended(self) -> int:
        """How it has ended, once it has."""
        return self._process.wait(_PATIENCE_S)

    def end(self, within_s: float) -> float:
        """Ask it to end, as `docker stop` does; how long it took."""
        begun = time.monotonic()
        for first in psutil.Process(self._process.pid).children():
            first.send_signal(signal.SIGTERM)
        code = self._process.wait(within_s)
        check(code == 0, f"{self.name} ends with {code} when it is asked to", self.said())
        return time.monotonic() - begun

    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Have it gone."""
        self._process.kill()
        self._process.wait()

    def said(self) -> str:
        """What it has written."""
        return self.log.read_text("utf-8", errors="replace")

    def facts(self) -> list[dict[str, str]]:
        """/proc/PID/status of everything that runs in it."""
        found = []
        for each in psutil.Process(self._process.pid).children(recursive=True):
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{each.pid}/status").read_text("utf-8").splitlines()
                found.append(
                    {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
                )
        return found


def ask_compose() -> None:
    """Have Docker's own Compose read the file, where that is installed."""
    docker = shutil.which("docker") or "docker"
    if shutil.which(docker) is None or quiet([docker, "compose", "version"]):
        say("(docker compose is not installed: it was not asked what it thinks of the file)")
        return
    words = [docker, "compose", "--env-file", ".env.example", "--profile", "*", "config", "--quiet"]
    check(quiet(words) == 0, "docker compose takes the file")


def quiet(words: Sequence[str]) -> int:
    """How a command of this machine ends, whatever it says."""
    return subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode


def story(yard: Yard, running: contextlib.ExitStack) -> None:
    """From an empty folder to a film in the archive, and an orderly end."""

    def keep(container: Container) -> Container:
        running.callback(container.kill)
        return container

    def run(name: str, *words: str, wanted: int = 0, entrypoint: Sequence[str] = ("lectern",)) -> str:
        container = yard.start(name, words or None, entrypoint=entrypoint)
        container.wait(wanted)
        return container.said()

    redis = keep(yard.start("redis", entrypoint=()))
    until(lambda: redis_says(yard, "PING") == "+PONG", "redis answers who has the password", redis)
    check(redis_says(yard, "PING", password="").startswith("-NOAUTH"), "redis answers nobody else")
    for knob, value in (("appendonly", "yes"), ("maxmemory-policy", "noeviction")):
        check(value in redis_says(yard, f"CONFIG GET {knob}"), f"redis has {knob} {value}")
    keep(start_postgres(yard))

    told = run("upgrade")
    told += run("upgrade")
    told += run("grants")
    run("cli", "archive", "init")
    processes = {name: keep(yard.start(name)) for name in ("dispatcher", "worker", "flower")}
    for name, container in processes.items():
        words = yard.document["services"][name]["healthcheck"]["test"][1:]
        until(partial(healthy, yard, name, words), f"{name} is healthy", container)

    batch = yard.folder / "batches" / "film.csv"
    batch.write_text(
        f'id,script,portrait,voice,format\none,"{_SENTENCE}",leo.png,en-us,square-512\n', "utf-8"
    )
    shutil.copy(ROOT / "demo/portraits/leo.png", batch.parent)
    begun = time.monotonic()
    told += run("cli", "submit", "film.csv", "--yes", "--watch")
    took = time.monotonic() - begun
    (film,) = (yard.folder / "volumes/archive").glob("*/*.mp4")
    check(
        film.stat().st_size > 0,
        f"a film of {film.stat().st_size} bytes lies in the archive after {took:.0f} s",
    )
    run("cli", "verify", "/srv/lectern/archive/" + str(film.relative_to(yard.folder / "volumes/archive")))

    gathered = run("cli", "logs", "1")
    check("@lectern-worker" in gathered, "the command line finds the log lines of the workers", gathered)
    web = "http://127.0.0.1:5555/flower/"
    check(answer(web) == HTTPStatus.UNAUTHORIZED, "flower asks for a password")
    check(answer(web, yard.secret("flower-password")) == HTTPStatus.OK, "flower lets in who has it")
    for port, who in ((9750, "dispatcher"), (9751, "worker"), (9752, "watchdog")):
        place = f"http://127.0.0.1:{port}/metrics"
        check(answer(place) == HTTPStatus.UNAUTHORIZED, f"{who}'s metrics ask for a password")
        right = answer(place, yard.secret("metrics-password"))
        check(right == HTTPStatus.OK, f"{who}'s metrics are told to whoever has it")

    for name, container in processes.items():
        facts = container.facts()
        check(len(facts) > 0, f"{name} runs {len(facts)} processes")
        for each in facts:
            demand(each["Uid"].split() == ["10001"] * 4, f"{name}: {each['Name']} is user 10001")
            demand(int(each["CapEff"], 16) == int(each["CapBnd"], 16) == 0, f"{name} has no capability")
            demand(each["NoNewPrivs"] == "1", f"{name} gets no new privileges")
    say("each of them as user 10001, without capabilities or a way to more")
    run("worker", "for each in /etc /usr /; do ! touch $each/x || exit 3; done", entrypoint=("sh", "-c"))
    run("worker", "touch /tmp/x /var/lib/lectern/x /srv/lectern/store/x", entrypoint=("sh", "-c"))

    the_end(yard, processes)
    put_back(yard)
    others(yard, keep)
    for name in ("upgrade", "grants"):
        run(name)
    check(
        json.loads(run("cli", "show", "1", "--json"))["state"] == "completed", "the ledger was put back whole"
    )


def the_end(yard: Yard, processes: Mapping[str, Container]) -> None:
    """Whoever is asked to end does so in time, and nobody has said what nobody is to read."""
    for name in ("flower", "worker", "dispatcher"):
        limit = seconds(yard.document["services"][name]["stop_grace_period"])
        took = processes[name].end(limit)
        check(took < limit, f"{name} ends by itself in {took:.1f} of {limit:.0f} s")
    said = "".join(path.read_text("utf-8", errors="replace") for path in (yard.folder / "logs").iterdir())
    secrets = [path.read_text("ascii").strip() for path in yard.secrets.iterdir()]
    check(not [each for each in secrets if each != "none" and each in said], "no log has a secret in it")
    check(_SENTENCE not in "".join(c.said() for c in processes.values()), "no log has the script in it")
    lines = [line for c in processes.values() for line in c.said().splitlines() if line.startswith("{")]
    check(all(json.loads(line) for line in lines), f"{len(lines)} log lines are JSON")


def start_postgres(yard: Yard) -> Container:
    """As the image's own entry point does: make the database, and serve it."""
    service = yard.document["services"]["postgres"]
    env = service["environment"]
    data = "/var/lib/postgresql/data"
    make = (
        f"initdb --username {env['POSTGRES_USER']} --pwfile {env['POSTGRES_PASSWORD_FILE']} --encoding UTF8 "
        f"--auth-local trust {env['POSTGRES_INITDB_ARGS']} -D {data} && chmod 0700 {data}"
    )
    serve = f"postgres -D {data} -c listen_addresses=127.0.0.1 -c unix_socket_directories=/run/postgresql"
    container = yard.start("postgres", [f"{make} && exec {serve}"], entrypoint=("sh", "-c"))
    check_words = service["healthcheck"]["test"][1:]
    # Without the database's own name, which the image makes.
    words = [*check_words[: check_words.index("-d")], "-d", "postgres"]
    until(lambda: healthy(yard, "postgres", words), "postgres is healthy", container)
    create = f"CREATE DATABASE {env['POSTGRES_DB']}"
    yard.start(
        "postgres",
        ["-h", "127.0.0.1", "-U", env["POSTGRES_USER"], "-d", "postgres", "-c", create],
        entrypoint=("psql",),
        environment={"PGPASSWORD": yard.secret("postgres-password")},
    ).wait()
    return container


#: Programs of others that this machine may have, and what their images have in their environment and command.
_OTHERS: Mapping[str, tuple[str, Sequence[str], Mapping[str, str]]] = {
    "prometheus": ("prometheus", (), {}),
    "alertmanager": ("prometheus-alertmanager", (), {}),
    "caddy": (
        "caddy",
        ("run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"),
        {"XDG_CONFIG_HOME": "/config", "XDG_DATA_HOME": "/data"},
    ),
}


def others(yard: Yard, keep: Callable[[Container], Container]) -> None:
    """Prometheus, Alertmanager and caddy as far as they are there: with a root that they cannot write to."""
    # As Docker has it in every container's network.
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0", "ascii")
    # Its image is root's.
    yard.document["services"]["caddy"]["user"] = "0:0"
    for name, (program, words, environment) in _OTHERS.items():
        if shutil.which(program) is None:
            say(f"({program} is not installed: {name} was not tried)")
            continue
        container = keep(
            yard.start(name, words or None, entrypoint=(program,), environment=dict(environment))
        )
        asked = yard.document["services"][name]["healthcheck"]["test"][-1]
        until(partial(answers, asked), f"{name} is healthy", container)
        check(
            "read-only file system" not in container.said(),
            f"{name} writes to its volumes alone",
            container.said(),
        )
        if name == "caddy":
            with contextlib.closing(HTTPConnection("localhost", timeout=30)) as door:
                door.request("GET", "/flower/")
                place = door.getresponse().getheader("Location")
            check(place == "https://localhost/flower/", "caddy leads from http to https")
        container.end(30)


def answers(url: str) -> bool:
    """Whether a page is there."""
    with contextlib.suppress(OSError):
        return answer(url) == HTTPStatus.OK
    return False


def put_back(yard: Yard) -> None:
    """Copy the ledger, and put it back into a database made anew, as docs/deploy.md has it."""
    page = (ROOT / "docs/deploy.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith("docker compose exec -T postgres ")]
    words = "; ".join(line.removeprefix("docker compose exec -T postgres ") for line in lines)
    check("pg_dump" in words and "pg_restore" in words, "the manual tells how a ledger is put back")
    yard.start(
        "postgres",
        [f"set -e; cd /tmp; {words}"],
        entrypoint=("sh", "-c"),
        environment={"PGHOST": "127.0.0.1", "PGPASSWORD": yard.secret("postgres-password")},
    ).wait()


def healthy(yard: Yard, name: str, words: Sequence[str]) -> bool:
    """Whether a service's health check says so, run beside it."""
    return yard.start(name, words, entrypoint=()).ended() == 0


def redis_says(yard: Yard, line: str, password: str | None = None) -> str:
    """What Redis answers to a line."""
    password = yard.secret("redis-password") if password is None else password
    try:
        with socket.create_connection(("127.0.0.1", 6379), timeout=5) as door, door.makefile("rwb") as lines:
            if password:
                lines.write(f"AUTH {password}\r\n".encode())
                lines.flush()
                lines.readline()
            lines.write(f"{line}\r\n".encode())
            lines.flush()
            first = lines.readline().decode().strip()
            if first.startswith("*"):
                return " ".join(lines.readline().decode().strip() for _ in range(4))
            return first
    except OSError:
        return ""


def answer(url: str, password: str = "") -> int:
    """The status by which a page answers."""
    request = urllib.request.Request(url)  # noqa: S310 - of this machine
    if password:
        request.add_header("Authorization", "Basic " + b64encode(f"lectern:{password}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - as above
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def until(true: Callable[[], bool], what: str, of: Container) -> None:
    """Wait for what must become true of a container that runs."""
    end = time.monotonic() + _PATIENCE_S
    while not true():
        demand(time.monotonic() < end and of.runs(), what, of.said())
        time.sleep(0.3)
    say(what)


def say(what: str) -> None:
    """Tell whoever watches."""
    print(f"  {what}", flush=True)  # noqa: T201 - a program of its own


def demand(true: object, what: str, told: str = "") -> None:
    """End unless something is true."""
    if not true:
        sys.exit(f"NOT TRUE: {what}\n{told[-6000:]}")


def check(true: object, what: str, told: str = "") -> None:
    """Say that something is true, or end."""
    demand(true, what, told)
    say(what)


def _programs() -> list[str]:
    """Where this machine has what the images have."""
    import pgserver

    database = Path(pgserver.__file__).parent / "pginstall/bin"
    return [
        str(Path(sys.prefix) / "bin"),
        str(find_redis_server().parent),
        str(database),
        *os.defpath.split(":")[0:],
        "/usr/bin",
        "/bin",
    ]


def _loopback_up() -> None:
    """Let this network's machines reach themselves (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        flags = struct.pack("16sh", b"lo", 0x1 | 0x40)
        fcntl.ioctl(door, 0x8914, flags)


if __name__ == "__main__":
    raise SystemExit(main())
