"""The promise that no model asks the network for anything: every engine works with all sockets closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ears import HELLO, TEXT, make_reciting, require_ears
from tests.support.shared import made_once
from tests.support.speech import require

require("TTS")
require("transformers")
require_ears()

from tests.support.coqui import coqui_folder, coqui_traits, make_reader  # noqa: E402 - skipped above without
from tests.support.freevc import freevc_folder  # noqa: E402 - likewise
from tests.support.speech_models import make_writer  # noqa: E402 - likewise

_PROGRAM = """
import json, socket, sys
from pathlib import Path

given = json.loads(sys.argv[1])
asked = []

def refuse(event, arguments):
    # A socket of the machine itself is no network: espeak's process is spoken to by pipes, and asks for none.
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        asked.append(f"{event} {arguments[-1:]!r}")
        raise OSError(f"the network is closed: {event}")

sys.addaudithook(refuse)
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError as error:
    assert "closed" in str(error), error
assert asked
asked.clear()

import numpy as np

from pipeline.engines.shelf import activities, converters, ears, voices, writers
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.engines.weights import Weights, digest_of_model
from pipeline.plan.doubt import Limits
from pipeline.plan.job import VoiceChoice
from pipeline.plan.writingplan import Brief, Sampling

def weights(name):
    path = Path(given[name])
    return Weights(path=path, digest=digest_of_model(path), name=name)

reader = EspeakVoice()
line = reader.speak("This is how I speak.", VoiceChoice(engine="espeak", name="en-us", language="en"))
reader.close()
done = {}
shelf = voices()
voice = shelf.open(
    "coqui", folder=Path(given["coqui"]), digest="c0" * 32, traits=given["traits"], device="cpu", threads=1
)
choice = VoiceChoice(engine="coqui", name=voice.voices()[0].name, language="en", model="c0" * 32)
done["coqui"] = len(voice.speak("Good morning.", choice).samples)
shelf.close()
shelf = converters()
converter = shelf.open("freevc", weights=weights("freevc"), device="cpu", threads=1)
done["freevc"] = len(converter.convert(line, converter.latents(line)).samples)
shelf.close()
shelf = ears()
ear = shelf.open(
    "whisper", weights=weights("whisper"), precision="fp32", device="cpu", threads=1, cpu_allowed=False,
    limits=Limits(no_speech=60, logprob=-100, compression=240),
)
noise = np.random.default_rng(0).normal(0, 0.1, 3 * 16_000).astype(np.float32)
done["whisper"] = ear.hear(noise, language="en").text
shelf.close()
shelf = activities()
done["silero"] = len(shelf.open("silero").spans(noise))
shelf.close()
shelf = writers()
writer = shelf.open("transformers", weights=weights("transformers"), device="cpu", precision="fp32")
brief = Brief(text="A film about bread.", audience="all", language="en", seconds=5)
done["transformers"] = len(writer.write([brief], Sampling(seed=1, max_new_tokens=8)))
shelf.close()
print(json.dumps({"asked": asked, "done": done}))
"""


def test_no_engine_asks_the_network(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    """In a home of its own, where nothing was ever fetched; each engine does its work all the same."""
    coqui = coqui_folder(tmp_path_factory, make_reader)
    given = {
        "coqui": str(coqui),
        "traits": coqui_traits(coqui),
        "freevc": str(freevc_folder(tmp_path_factory)),
        "whisper": str(made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO))),
        "transformers": str(made_once(tmp_path_factory, "writer", make_writer)),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TTS_", "XDG_"))}
    here = {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", _PROGRAM, json.dumps(given)]
    done = subprocess.run(command, env={**kept, **here}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["asked"] == []
    assert told["done"]["whisper"] == TEXT
    assert told["done"]["coqui"] > 0
    assert told["done"]["freevc"] > 0
    assert told["done"]["transformers"] == 1
