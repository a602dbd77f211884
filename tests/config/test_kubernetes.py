"""Promises about config/kubernetes: it begins, fits together, and may do nothing that it needs not."""

from __future__ import annotations

import copy
import os
import re
import runpy
import shlex
import shutil
import subprocess
import threading
import tomllib
import urllib.error
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from cli.main import COMMANDS, GROUPS
from config.settings import is_secret
from farm.bootstrap import settings_of
from worker import flower, health

_ROOT = Path(__file__).parents[2]
_KUBERNETES = _ROOT / "config" / "kubernetes"
_EXAMPLES = ("trial", "pools", "departments", "night")
#: What an operator makes, and no file of ours holds.
_SECRETS = {"lectern", "lectern-owner", "lectern-viewer", "lectern-data", "flower-tls"}
_MODULES = {"Deployment", "StatefulSet", "Job", "CronJob"}
#: The volumes that the restricted standard knows.
_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected"),
    "secret",
}
_Document = Mapping[str, Any]
_FRAME = {"lectern-cpu", "lectern-gpu"}
_POOL = "lectern/pool"


def _documents(text: str) -> list[_Document]:
    # The same parser in C, where it was built: in Python it takes a third of a second for an example.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [each for each in yaml.load_all(text, Loader=loader) if each]


@cache
def _written() -> tuple[_Document, ...]:
    """Every object as it is written, before kustomize: no tool is needed for that."""
    found = [
        document
        for path in sorted(_KUBERNETES.rglob("*.yaml"))
        if path.name not in {"kustomization.yaml", "names.yaml"}
        for document in _documents(path.read_text("utf-8"))
    ]
    assert len(found) > 40
    return tuple(found)


@cache
def _rendered(example: str) -> tuple[_Document, ...]:
    """An example as kustomize makes it; skipped without kubectl, but never where CI is set."""
    if shutil.which("kubectl") is None:
        missing = "kubectl is not installed (kubernetes.io has it; Debian's own knows no components)"
        assert "CI" not in os.environ, missing
        pytest.skip(missing)
    done = subprocess.run(
        ["kubectl", "kustomize", str(_KUBERNETES / "examples" / example)],  # noqa: S607 - wherever it is
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return tuple(_documents(done.stdout))


@pytest.fixture(params=_EXAMPLES)
def farm(request: pytest.FixtureRequest) -> tuple[_Document, ...]:
    """Each example in turn."""
    return _rendered(request.param)


def _name(document: _Document) -> str:
    return f"{document['kind']} {document['metadata']['name']}"


def _space(document: _Document) -> str:
    return str(document["metadata"].get("namespace", ""))


def _template(document: _Document) -> Any:  # noqa: ANN401 - whatever YAML says
    spec = document["spec"]
    return (spec["jobTemplate"]["spec"] if document["kind"] == "CronJob" else spec)["template"]


def _works(documents: tuple[_Document, ...]) -> Iterator[tuple[_Document, Any]]:
    """What has pods, with the pod."""
    for document in documents:
        if document["kind"] in _MODULES:
            yield document, _template(document)["spec"]


def _ours() -> list[tuple[_Document, Any, Any]]:
    """What runs the program itself: the object, its pod, and its one container."""
    found = [(document, pod, pod["containers"][0]) for document, pod in _works(_written())]
    return [each for each in found if each[2]["image"] in _FRAME]


def _refused(pod: Any) -> list[str]:  # noqa: ANN401 - as above
    """What Pod Security's standard `restricted` has against a pod, and what we ask besides."""
    told = pod.get("securityContext", {})
    checks = {
        "host's namespaces": not any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")),
        "volume": all(set(each) - {"name"} <= _VOLUMES for each in pod.get("volumes", ())),
        "sysctls": not told.get("sysctls"),
        "token": pod.get("automountServiceAccountToken") is False,
        "links": pod.get("enableServiceLinks") is False,
    }
    found = [name for name, well in checks.items() if not well]
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        held = {**told, **container.get("securityContext", {})}
        capabilities = held.get("capabilities", {})
        own = {
            "root": held.get("runAsNonRoot") is True and held.get("runAsUser", 1) != 0,
            "privileged": not held.get("privileged"),
            "escalation": held.get("allowPrivilegeEscalation") is False,
            "seccomp": held.get("seccompProfile", {}).get("type") in {"RuntimeDefault", "Localhost"},
            "dropped": capabilities.get("drop") == ["ALL"],
            "added": set(capabilities.get("add", ())) <= {"NET_BIND_SERVICE"},
            "proc": held.get("procMount", "Default") == "Default",
            "port of the host": not any("hostPort" in port for port in container.get("ports", ())),
            "written root": held.get("readOnlyRootFilesystem") is True,
            "memory": {"requests", "limits"} <= set(container.get("resources", {}))
            and "memory" in container["resources"]["limits"],
        }
        found += [name for name, well in own.items() if not well]
    return found


def test_no_pod_may_do_more_than_the_restricted_standard_lets_it() -> None:
    """No root, no capability, no folder of the host, a root that nobody writes to; and no token."""
    refused = {_name(document): _refused(pod) for document, pod in _works(_written())}
    assert set(refused) >= {
        *("Deployment dispatcher", "StatefulSet worker", "StatefulSet worker-gpu", "Deployment flower"),
        *("Job upgrade", "CronJob nightly", "StatefulSet redis", "StatefulSet postgres"),
    }
    assert not {name: why for name, why in refused.items() if why}
    accounts = [each for each in _written() if each["kind"] == "ServiceAccount"]
    assert all(each["automountServiceAccountToken"] is False for each in accounts)


_Change = Callable[[Any], object]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda pod: pod.update(hostPID=True), "host's namespaces"),
        (lambda pod: pod["volumes"].append({"name": "h", "hostPath": {"path": "/"}}), "volume"),
        (lambda pod: pod["securityContext"].pop("runAsNonRoot"), "root"),
        (lambda pod: pod["securityContext"].update(runAsUser=0), "root"),
        (lambda pod: pod["securityContext"].pop("seccompProfile"), "seccomp"),
        (lambda pod: pod["containers"][0]["securityContext"].pop("capabilities"), "dropped"),
        (lambda pod: pod["containers"][0]["securityContext"].update(privileged=True), "privileged"),
        (
            lambda pod: pod["containers"][0]["securityContext"]["capabilities"].update(add=["SYS_ADMIN"]),
            "added",
        ),
        (lambda pod: pod["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"), "escalation"),
    ],
)
def test_what_asks_for_more_is_found(change: _Change, why: str) -> None:
    """The look above sees each thing that the standard forbids."""
    _, pod, _ = _ours()[0]
    asking = copy.deepcopy(pod)
    change(asking)
    assert _refused(asking) == [why]


def test_every_namespace_refuses_what_asks_for_more() -> None:
    """The cluster itself holds pods to the standard."""
    spaces = [each["metadata"]["labels"] for each in _written() if each["kind"] == "Namespace"]
    assert len(spaces) == 2
    assert {each["pod-security.kubernetes.io/enforce"] for each in spaces} == {"restricted"}


def test_every_command_is_one_of_the_program(farm: tuple[_Document, ...]) -> None:
    """What a container starts can be typed."""
    known = {*COMMANDS, *(f"{group} {name}" for group, (_, names) in GROUPS.items() for name in names)}
    typed = set()
    for _, _, template in _pods(farm):
        for container in (*template["spec"]["containers"], *template["spec"].get("initContainers", ())):
            if container["image"].startswith("lectern:"):
                program, *words = container["command"]
                assert program == "lectern"
                typed.add(words[0] if words[0] in COMMANDS else " ".join(words[:2]))
    assert typed <= known
    assert typed >= {"dispatcher", "worker", "flower", "nightly", "db upgrade"}


def test_what_is_made_of_it_may_do_no_more(farm: tuple[_Document, ...]) -> None:
    """Components and overlays take nothing away of what the standard asks."""
    refused = {_name(document): _refused(pod) for document, pod in _works(farm)}
    roles = [each for each in farm if each["kind"] == "Role"]
    # Who starts and stops a pool's workers has a token, with which it may do that alone.
    allowed = {"CronJob nightly": ["token"]} if roles else {}
    assert {name: why for name, why in refused.items() if why} == allowed
    (rule,) = (rule for role in roles for rule in role["rules"]) if roles else ({},)
    sets = {each["metadata"]["name"] for each in farm if each["kind"] == "StatefulSet"}
    assert set(rule.get("resourceNames", ())) <= sets
    assert rule in (
        {},
        {
            "apiGroups": ["apps"],
            "resources": ["statefulsets/scale"],
            "resourceNames": ["worker-gpu-studio"],
            "verbs": ["patch"],
        },
    )


class _Kubernetes(BaseHTTPRequestHandler):
    """Takes down what it is asked."""

    heard: ClassVar[list[tuple[str, str | None, str]]] = []

    def do_PATCH(self) -> None:
        """Keep it, and be content, but for one set."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.heard.append((self.path, self.headers["Authorization"], body))
        self.send_response(403 if "strange" in self.path else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_night_says_how_many_there_are(tmp_path: Path) -> None:
    """So many at its beginning, none at its end, with the pod's own token; what is refused is told."""
    script = runpy.run_path(str(_KUBERNETES / "components" / "night" / "scale.py"))
    for name, word in (("namespace", "lectern"), ("token", "t0ken\n")):
        (tmp_path / name).write_text(word, "ascii")
    with HTTPServer(("127.0.0.1", 0), _Kubernetes) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            place = {"server": f"http://127.0.0.1:{server.server_port}", "account": tmp_path}
            script["scale"](4, "up", "studio", **place)
            script["scale"](4, "down", "studio", **place)
            with pytest.raises(urllib.error.HTTPError) as refused:
                script["scale"](4, "up", "strange", **place)
            refused.value.close()
            with pytest.raises(ValueError, match="sideways"):
                script["scale"](4, "sideways", "studio", **place)
        finally:
            server.shutdown()
            thread.join()
    path = "/apis/apps/v1/namespaces/lectern/statefulsets/worker-gpu-studio/scale"
    assert _Kubernetes.heard[:2] == [
        (path, "Bearer t0ken", '{"spec": {"replicas": 4}}'),
        (path, "Bearer t0ken", '{"spec": {"replicas": 0}}'),
    ]


def test_a_night_outlives_its_node_and_waits_for_an_upgrade() -> None:
    """A drained node fails no night; nobody works while a schema changes, and `apply` has nights go on."""
    (night,) = (each["spec"] for each in _written() if each["kind"] == "CronJob")
    # Applied each time: what an operator has suspended is not left so.
    assert night["suspend"] is False
    job = night["jobTemplate"]
    assert (job["spec"]["backoffLimit"], job["spec"]["template"]["spec"]["restartPolicy"]) == (0, "Never")
    (rule,) = job["spec"]["podFailurePolicy"]["rules"]
    assert rule == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    page = (_ROOT / "docs" / "deploy.md").read_text("utf-8")
    (awaited,) = re.findall(r"app.kubernetes.io/component in \(([\w,-]+)\)", page)
    parts = {document["metadata"]["labels"]["app.kubernetes.io/component"] for document, _, _ in _ours()}
    assert set(awaited.split(",")) == parts - {"upgrade"}
    (key, value) = re.findall(r"delete job -l ([\w./]+)=(\w+)", page)[0]
    assert job["metadata"]["labels"][key] == value


def test_the_night_is_told_whom_to_wake() -> None:
    """The command, the program that it calls and the right to do so name the same pool."""
    farm = _rendered("night")
    (nightly,) = (each for each in farm if each["kind"] == "CronJob")
    (container,) = _template(nightly)["spec"]["containers"]
    told = {each["name"]: each["value"] for each in container["env"]}
    program, script, number = shlex.split(settings_of(told).nightly.scale_command)
    assert (program, int(number) > 0) == ("python3", True)
    assert Path(script).parent in {Path(each["mountPath"]) for each in container["volumeMounts"]}
    assert container["command"] == ["lectern", "nightly", "--scale", "studio"]
    (workers,) = (
        each
        for each in farm
        if each["metadata"]["name"] == "worker-gpu-studio" and "template" in each["spec"]
    )
    assert _template(workers)["metadata"]["labels"][_POOL] == "studio"
    assert "replicas" not in workers["spec"]


def _told(container: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """The environment of a container, as far as files tell it."""
    told: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        assert source == {"configMapRef": {"name": "settings"}}
        lines = (_KUBERNETES / "settings" / "settings.env").read_text("utf-8").splitlines()
        told |= dict(line.split("=", 1) for line in lines)
    return told | {each["name"]: each.get("value", "any") for each in container.get("env", ())}


def _settings(container: Any, tmp_path: Path) -> Any:  # noqa: ANN401 - as above
    """What the program makes of it; each secret that is named is one, and lies where it is mounted."""
    told = _told(container)
    mounts = {Path(each["mountPath"]) for each in container["volumeMounts"]}
    for name, place in told.items():
        if name.endswith("_FILE"):
            knob = name.removeprefix("LECTERN_").removesuffix("_FILE").lower().replace("__", ".")
            assert is_secret(knob)
            assert Path(place).parent in mounts
            (tmp_path / "secret").write_text("redis://:word@redis:6379/0", "utf-8")
            told[name] = str(tmp_path / "secret")
    return settings_of(told)


def test_every_variable_is_a_setting_and_every_folder_is_there(tmp_path: Path) -> None:
    """Nothing is told that nobody hears, and every folder that is written to is a volume."""
    for document, pod, container in _ours():
        settings = _settings(container, tmp_path)
        mounts = {Path(each["mountPath"]): each for each in container["volumeMounts"]}
        volumes = {each["name"] for each in pod["volumes"]}
        assert {each["name"] for each in container["volumeMounts"]} == volumes, _name(document)
        assert settings.home in mounts
        assert Path("/tmp") in mounts  # noqa: S108 - the container's own
        role = container["command"][1]
        if role in {"worker", "dispatcher", "nightly"}:
            assert {settings.store_root, settings.archive_root, settings.models_root} <= set(mounts)
            assert not mounts[settings.store_root].get("readOnly")
        if role == "nightly":
            assert settings.nightly_root in mounts


def test_probes_and_ports_are_those_that_the_program_answers_on(tmp_path: Path) -> None:
    """Each process is asked on its own port whether it has begun, lives and is ready."""
    asked = set()
    for document, pod, container in _ours():
        settings = _settings(container, tmp_path)
        ports = {each["name"]: each["containerPort"] for each in container.get("ports", ())}
        role = container["command"][1]
        knobs = settings.metrics
        expected = {
            "dispatcher": {"metrics": knobs.dispatcher_port},
            "worker": {"metrics": knobs.worker_port, "watchdog": knobs.watchdog_port},
            "flower": {"http": settings.flower.port},
        }.get(role, {})
        assert ports == expected, _name(document)
        if not ports:
            continue
        asked.add(role)
        # Neither refuses to begin: NetworkPolicies and the Ingress stand before them.
        flower.check(settings)
        assert health.checked_password(settings)
        if role == "flower":
            assert settings.flower.password
        assert knobs.host == "0.0.0.0"  # noqa: S104 - a pod's own
        probes = {kind: container[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness")}
        assert {each["httpGet"]["port"] for each in probes.values()} == {
            "http" if role == "flower" else "metrics"
        }
        paths = {kind: each["httpGet"]["path"] for kind, each in probes.items()}
        lives = "/healthcheck" if role == "flower" else "/healthz"
        assert paths["startup"] == paths["liveness"] == lives
        assert paths["readiness"] == ("/healthcheck" if role == "flower" else "/readyz")
        # Whoever hangs for so long has been found by its own watchdog before.
        liveness = probes["liveness"]
        assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 30
        assert pod["terminationGracePeriodSeconds"] >= 30
    assert asked == {"dispatcher", "worker", "flower"}


def test_a_worker_gets_longer_than_its_drain(tmp_path: Path) -> None:
    """SIGTERM has it finish the clip in work; it is killed only after that could have been, and its lease."""
    drained = []
    for document, pod, container in _ours():
        if container["command"][1:] == ["worker"]:
            settings = _settings(container, tmp_path)
            needed = settings.worker.drain_s + settings.lease.expiry_s
            assert pod["terminationGracePeriodSeconds"] > needed
            # Its watchdog and what it starts are seen, and its pod's own init takes who has ended.
            assert pod["shareProcessNamespace"] is True
            assert document["spec"]["podManagementPolicy"] == "Parallel"
            # Where the node's processors are counted, and not the pod's share.
            assert settings.worker.count > 0
            drained.append(document["metadata"]["name"])
    assert drained == ["worker", "worker-gpu"]


def test_who_hands_out_work_is_there_twice_on_nodes_apart() -> None:
    """One leads, the other is kept from going with it; a budget says so to whoever empties nodes."""
    (dispatcher,) = (each for each in _written() if _name(each) == "Deployment dispatcher")
    budgets = {
        each["metadata"]["name"]: each["spec"] for each in _written() if each["kind"] == "PodDisruptionBudget"
    }
    assert dispatcher["spec"]["replicas"] == 2
    apart = _template(dispatcher)["spec"]["affinity"]["podAntiAffinity"]
    assert apart["preferredDuringSchedulingIgnoredDuringExecution"]
    assert budgets["dispatcher"]["minAvailable"] == 1
    assert budgets["worker"]["maxUnavailable"] == budgets["worker-gpu"]["maxUnavailable"] == 1


def test_a_card_is_asked_for_by_number_place_and_pool() -> None:
    """One card each, on nodes that keep others away; the pool's name stands in one place."""
    (worker,) = (each for each in _written() if _name(each) == "StatefulSet worker-gpu")
    pod = _template(worker)["spec"]
    (container,) = pod["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert pod["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    told = {each["name"]: each for each in container["env"]}
    place = told["LECTERN_WORKER__POOLS"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert place == f"metadata.labels['{_POOL}']"


def test_no_secret_stands_in_what_is_deployed() -> None:
    """Secrets are named, never held: the example for trying out has some that say they are none."""
    for path in _KUBERNETES.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert "kind: Secret\n" not in text
            if "secretGenerator:" in text:
                assert path.parent.name == "trial"
                literals = [line for line in text.splitlines() if "password=" in line or "-url=" in line]
                assert literals
                assert all("CHANGE-ME" in line for line in literals)


# What kustomize makes of it.


def _pods(documents: tuple[_Document, ...]) -> list[tuple[str, _Document, Any]]:
    return [(_space(document), document, _template(document)) for document, _ in _works(documents)]


def _fits(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    exact = selector.get("matchLabels", {}).items() <= labels.items()
    return exact and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", ())
    )


def test_every_selector_finds_pods(farm: tuple[_Document, ...]) -> None:
    """Services, budgets, policies and sets are about pods that there are, in their own namespace."""
    pods = _pods(farm)
    for document in farm:
        spec, kind = document.get("spec", {}), document["kind"]
        selector = spec.get("podSelector") if kind == "NetworkPolicy" else spec.get("selector")
        if selector is None:
            continue
        selector = {"matchLabels": selector} if kind == "Service" else selector
        chosen = [
            pod
            for space, _, pod in pods
            if space == _space(document) and _fits(selector, pod["metadata"]["labels"])
        ]
        assert chosen, _name(document)
        if kind in _MODULES:
            assert len(chosen) == 1, _name(document)
        for port in spec.get("ports", ()) if kind == "Service" else ():
            for pod in chosen:
                named = {each["name"] for each in pod["spec"]["containers"][0]["ports"]}
                assert port["targetPort"] in named
    # Names of pods by which workers are known; a service for them has to be there.
    services = {(_space(each), each["metadata"]["name"]) for each in farm if each["kind"] == "Service"}
    sets = [each for each in farm if each["kind"] == "StatefulSet"]
    assert {(_space(each), each["spec"]["serviceName"]) for each in sets} <= services


def test_every_reference_leads_somewhere(farm: tuple[_Document, ...]) -> None:
    """Settings, claims and accounts that pods name are there, in their namespace."""
    there = {(_space(each), each["kind"], each["metadata"]["name"]) for each in farm}
    for space, document, template in _pods(farm):
        pod = template["spec"]
        named = [("ServiceAccount", pod["serviceAccountName"])] if "serviceAccountName" in pod else []
        for container in pod["containers"]:
            named += [("ConfigMap", each["configMapRef"]["name"]) for each in container.get("envFrom", ())]
        for volume in pod["volumes"]:
            if "persistentVolumeClaim" in volume:
                named.append(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]))
            if "configMap" in volume:
                named.append(("ConfigMap", volume["configMap"]["name"]))
            if "secret" in volume:
                assert volume["secret"]["secretName"] in _SECRETS
                assert volume["secret"]["defaultMode"] == 0o440
        missing = [(kind, name) for kind, name in named if (space, kind, name) not in there]
        assert not missing, _name(document)
    for ingress in (each for each in farm if each["kind"] == "Ingress"):
        hosts = {rule["host"] for rule in ingress["spec"]["rules"]}
        assert hosts == {host for each in ingress["spec"]["tls"] for host in each["hosts"]}


def test_the_images_are_this_version_s(farm: tuple[_Document, ...]) -> None:
    """One place names them: no placeholder is left, and the version is the program's."""
    version = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    images = {pod["spec"]["containers"][0]["image"] for _, _, pod in _pods(farm)}
    ours = {image for image in images if image.startswith("lectern")}
    assert f"lectern:{version}-cpu" in ours
    assert ours <= {f"lectern:{version}-cpu", f"lectern:{version}-gpu"}
    assert all(":" in image for image in images)


def test_nothing_is_open_that_is_not_named(farm: tuple[_Document, ...]) -> None:
    """Each namespace shuts all of its pods off, and opens ports that its pods have."""
    policies = [each for each in farm if each["kind"] == "NetworkPolicy"]
    spaces = {space for space, _, _ in _pods(farm)}
    shut = {
        _space(each)
        for each in policies
        if each["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }
    assert shut == spaces == {each["metadata"]["name"] for each in farm if each["kind"] == "Namespace"}
    pods = _pods(farm)
    for policy in policies:
        opened = {port["port"] for rule in policy["spec"].get("ingress", ()) for port in rule["ports"]}
        have = {
            port["containerPort"]
            for space, _, pod in pods
            if space == _space(policy) and _fits(policy["spec"]["podSelector"], pod["metadata"]["labels"])
            for port in pod["spec"]["containers"][0].get("ports", ())
        }
        assert opened <= have, _name(policy)


def test_who_has_a_database_beside_him_reaches_no_other() -> None:
    """The trial's pods may speak to its own PostgreSQL and Redis, each at its port, and to none elsewhere."""
    (policy,) = (each for each in _rendered("trial") if _name(each) == "NetworkPolicy ledger-and-redis")
    rules = policy["spec"]["egress"]
    where = [rule["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for rule in rules]
    assert where == ["postgres", "redis"]
    assert [len(rule["to"]) for rule in rules] == [1, 1]
    assert [rule["ports"] for rule in rules] == [[{"port": 5432}], [{"port": 6379}]]


def test_no_two_workers_of_the_farm_have_a_name_alike(farm: tuple[_Document, ...]) -> None:
    """A worker is known by its pod's name, in every namespace: one ledger keeps them apart."""
    names = [each["metadata"]["name"] for each in farm if each["kind"] == "StatefulSet"]
    assert len(names) == len(set(names))


def test_each_pool_has_its_name_everywhere() -> None:
    """Its workers, what they are told, and what they are counted by."""
    farm = _rendered("pools")
    sets = {each["metadata"]["name"]: each for each in farm if each["kind"] == "StatefulSet"}
    scaled = [each for each in farm if each["kind"] == "ScaledObject"]
    pools = set()
    for each in scaled:
        workers = sets[each["spec"]["scaleTargetRef"]["name"]]
        pool = _template(workers)["metadata"]["labels"][_POOL]
        (trigger,) = each["spec"]["triggers"]
        assert trigger["metadata"]["query"].startswith(f"WITH asked(pool) AS (VALUES ('{pool}'))")
        access = trigger["authenticationRef"]["name"]
        assert ("TriggerAuthentication", access) in {(one["kind"], one["metadata"]["name"]) for one in farm}
        assert "replicas" in each["spec"]["fallback"]
        pools.add(pool)
    assert pools == {"any", "studio"}


def test_all_of_it_is_seen() -> None:
    """Each process is scraped under the job that rules go by, on a port it has; every dashboard is there."""
    farm = _rendered("pools")
    jobs = yaml.safe_load((_ROOT / "config" / "prometheus" / "prometheus.yml").read_text("utf-8"))
    ours = {job["job_name"] for job in jobs["scrape_configs"] if job["job_name"].startswith("lectern-")}
    monitors = {each["metadata"]["name"]: each["spec"] for each in farm if each["kind"] == "PodMonitor"}
    assert set(monitors) == ours
    for name, spec in monitors.items():
        chosen = [pod for _, _, pod in _pods(farm) if _fits(spec["selector"], pod["metadata"]["labels"])]
        (endpoint,) = spec["podMetricsEndpoints"]
        for pod in chosen:
            assert endpoint["port"] in {each["name"] for each in pod["spec"]["containers"][0]["ports"]}
        assert len(chosen) == (1 if name == "lectern-dispatcher" else 3)
        told = {each["targetLabel"]: each.get("replacement") for each in endpoint["relabelings"]}
        assert told["job"] == name
        assert "host" in told
    boards = {path.name for path in (_ROOT / "config" / "grafana" / "dashboards").glob("*.json")}
    shown = [each for each in farm if each["metadata"].get("labels", {}).get("grafana_dashboard") == "1"]
    assert {name for each in shown for name in each["data"]} == boards
    (rules,) = (each for each in farm if each["kind"] == "PrometheusRule")
    prometheus = _ROOT / "config" / "prometheus"
    files = [prometheus / "records.yml", *sorted((prometheus / "alerts").glob("*.yml"))]
    groups = [group for path in files for group in _documents(path.read_text("utf-8"))[0]["groups"]]
    assert rules["spec"]["groups"] == groups


def test_a_department_has_room_for_its_workers_and_no_more() -> None:
    """Each has a namespace, a ceiling that its workers fit in, and a pool of its own."""
    farm = _rendered("departments")
    quotas = {_space(each): each["spec"]["hard"] for each in farm if each["kind"] == "ResourceQuota"}
    assert {space: hard["requests.nvidia.com/gpu"] for space, hard in quotas.items()} == {
        "lectern-marketing": "2",
        "lectern-training": "4",
    }
    for space, document, template in _pods(farm):
        if space not in quotas:
            continue
        hard = quotas[space]
        (container,) = template["spec"]["containers"]
        wanted = container["resources"]
        cards = int(hard["requests.nvidia.com/gpu"])
        assert f"lectern-{template['metadata']['labels'][_POOL]}" == space
        assert document["spec"]["replicas"] <= cards
        assert cards < int(hard["pods"])
        for name in ("cpu", "memory"):
            assert cards * _amount(wanted["requests"][name]) <= _amount(hard[f"requests.{name}"]), name
        assert cards * _amount(wanted["limits"]["memory"]) <= _amount(hard["limits.memory"])
    assert {each["metadata"].get("namespace") for each in farm if each["kind"] == "LimitRange"} == set(quotas)


def test_what_the_manual_says_of_it_is_there() -> None:
    """Folders and examples that it names, commands that it has typed, and secrets that pods ask for."""
    page = (_ROOT / "docs" / "deploy.md").read_text("utf-8").partition("\n## Kubernetes\n")[2]
    folders = set(re.findall(r"config/(?:kubernetes|docker)(?:/[\w./-]*\w)?", page))
    rows = set(re.findall(r"^\| `([\w/-]+)` \|", page, re.MULTILINE)) - _SECRETS
    assert rows == {
        str(path.relative_to(_KUBERNETES))
        for path in (*_KUBERNETES.iterdir(), *(_KUBERNETES / "components").iterdir())
        if path.name != "components"
    }
    missing = [each for each in folders - {"config/docker"} if not (_ROOT / each).exists()]
    assert not missing
    typed = set(re.findall(r"-- lectern ([a-z]+)", page)) | set(re.findall(r"`lectern ([a-z]+)", page))
    assert typed >= {"archive", "status", "submit", "departments"}
    assert typed <= {*COMMANDS, *GROUPS}
    for block in re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        assert yaml.safe_load(block)
    for name in _SECRETS - {"lectern-data"}:
        assert f"`{name}`" in page
    # PostgreSQL and Redis are stopped by nobody who stops the farm.
    for each in _rendered("trial"):
        if each["kind"] == "StatefulSet":
            ours = each["metadata"].get("labels", {}).get("app.kubernetes.io/part-of") == "lectern"
            assert ours is (each["metadata"]["name"] == "worker")


def _amount(words: object) -> float:
    told = str(words)
    units = {"m": 0.001, "Mi": 2.0**20, "Gi": 2.0**30}
    unit = next((each for each in units if told.endswith(each)), "")
    return float(told.removesuffix(unit)) * units.get(unit, 1.0)
