"""Flower, the window on Celery: on this machine alone, behind a password, and only to look."""

from __future__ import annotations

import os

from celery import Celery

from worker.places import Places, secret
from worker.systemd import Systemd

USER = "lectern"


def password(places: Places) -> str:
    """The password of Flower's one user; made by chance once, and kept in a file of the home folder."""
    return secret(places.flower_password)


def show(app: Celery, places: Places, port: int) -> None:
    """Serve Flower on the loopback address until it is told to end.

    Nobody without the password sees a page or reaches the API, and nobody at all can stop a worker or
    revoke a task here: that is what ``lectern cancel`` and ``lectern pause`` are for, which remember it.
    """
    from tornado.ioloop import IOLoop, PeriodicCallback

    # The one way past the password that Flower knows, and options that would stand above ours.
    for name in [name for name in os.environ if name.startswith("FLOWER_")]:
        del os.environ[name]
    # By the environment, since everybody on this machine can read a command line.
    os.environ["FLOWER_BASIC_AUTH"] = f"{USER}:{password(places)}"
    # Flower runs a flowerconfig.py that it finds where it is started.
    os.chdir(places.run)
    starter = Systemd()
    # By the loop that answers: one that hangs tells nobody that it lives.
    IOLoop.current().add_callback(starter.ready)
    if starter.every_s:
        PeriodicCallback(starter.alive, 1000 * starter.every_s).start()
    app.start(
        argv=[
            "--quiet",
            "flower",
            "--address=127.0.0.1",
            f"--port={port}",
            "--read_only=True",
            "--tasks_columns=name,args,state,worker,received,runtime",
            "--logging=warning",
        ]
    )
