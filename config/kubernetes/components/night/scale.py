"""Starts or stops a pool on Kubernetes: `scale.py NUMBER up|down POOL`, for `[nightly] scale_command`."""

import json
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path

SERVER = "https://kubernetes.default.svc"
#: What Kubernetes gives a pod whose account has rights: who it is, where, and whom it may trust.
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_PATIENCE_S = 30


def scale(number: int, verb: str, pool: str, *, server: str = SERVER, account: Path = ACCOUNT) -> None:
    """Say how many workers the pool has: so many for ``up``, none for ``down``.

    Raises:
        ValueError: another verb.
        OSError: Kubernetes was not reached, or refused it.
    """
    wanted = {"up": number, "down": 0}.get(verb)
    if wanted is None:
        raise ValueError(f"neither up nor down: {verb}")
    space = (account / "namespace").read_text("ascii").strip()
    request = urllib.request.Request(  # noqa: S310 - Kubernetes' own address
        f"{server}/apis/apps/v1/namespaces/{space}/statefulsets/worker-gpu-{pool}/scale",
        method="PATCH",
        data=json.dumps({"spec": {"replicas": wanted}}).encode(),
        headers={
            "Authorization": f"Bearer {(account / 'token').read_text('ascii').strip()}",
            "Content-Type": "application/merge-patch+json",
        },
    )
    trust = None
    if server.startswith("https:"):
        trust = ssl.create_default_context(cafile=str(account / "ca.crt"))
    with urllib.request.urlopen(request, timeout=_PATIENCE_S, context=trust):  # noqa: S310 - as above
        pass


if __name__ == "__main__":
    try:
        scale(int(sys.argv[1]), *sys.argv[2:4])
    except urllib.error.HTTPError as error:
        sys.exit(f"{error}: {error.read(2000).decode(errors='replace')}")
    except (OSError, ValueError, IndexError, TypeError) as error:
        sys.exit(f"{error}")
