"""A host of a farm of several: all of its workers, or one of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from farm.bootstrap import Settings, open_farm
from farm.policy.placement import Post, find_post
from worker import metering, process
from worker.child import Child
from worker.crew import TICK_S, Asked, Crew
from worker.health import exposing, life_over
from worker.places import Places, only_crew
from worker.posting import posts_here
from worker.programs import environment_for, program, worker_program
from worker.readiness import readiness_of
from worker.redis_server import check_redis, redis_url
from worker.threads import settle_threads


def serve(
    settings: Settings,
    *,
    wanted: Sequence[str] = (),
    beginning: Callable[[Sequence[Post]], None],
    ending: Callable[[], None] = lambda: None,
) -> int:
    """Keep this host's workers alive until SIGINT or SIGTERM; returns the exit code.

    Asked to end again and again, they hurry as `worker.up.up` says. However this process ends, none is left.

    Args:
        settings: what the operator set.
        wanted: what shall be done here; everything that can be unless given.
        beginning: told who works once nothing stands against it.
        ending: called once when workers were asked to end, and running steps are waited for.

    Raises:
        InputError: they run already, a setting is wrong, the port of [metrics] is taken, there is nothing to
            do, or the ledger's schema is not this version's.
        AwayError: the ledger cannot be reached, or cards that the settings name do not answer.
    """
    places, asked = Places.of(settings), Asked()
    with only_crew(places), asked.listening():
        with open_farm(settings) as farm:
            posts = posts_here(farm, wanted)
        metering.begin(folder := metering.folder_in(places.run))
        doorbell = redis_url(settings.redis.location, settings.home)
        check_redis(doorbell)
        environment = environment_for(settings, doorbell)
        life = life_over(settings, [post.name for post in posts])
        crew = Crew([worker_program(settings, post, environment) for post in posts], life)
        watchdog = Child(program(settings, "watchdog", ("watchdog", "watchdog"), environment))
        ready = readiness_of(settings, posts, life)
        with exposing(settings, "worker", life, ready=ready, metrics=lambda: metering.exposition(folder)):
            beginning(posts)
            try:
                watchdog.start()
                crew.start()
                while not asked.times:
                    watchdog.tend()
                    crew.tend()
                    time.sleep(TICK_S)
                ending()
                crew.end(lambda: asked.times, meanwhile=watchdog.tend)
            finally:
                crew.kill()
                watchdog.kill()
    return 0


def serve_one(
    settings: Settings, name: str, *, wanted: Sequence[str] = (), beginning: Callable[[Post], None]
) -> int:
    """Be one of this host's workers, by its name; returns the exit code, as `worker.process.serve` does.

    Raises:
        InputError: as `serve`, or ``worker-post-unknown``.
        AwayError: as `serve`.
    """
    # Before the cards are looked at: it may begin this program anew.
    settle_threads(settings.worker.threads)
    with open_farm(settings) as farm:
        post = find_post(posts_here(farm, wanted), name)
    return process.serve(settings, post=post, beginning=lambda: beginning(post), alone=True)
