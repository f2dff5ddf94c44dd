"""Speaks one sentence into a file, in a process of its own that may be killed at any time.

pyttsx3 hangs, forgets the rate, and prints to the screen; on macOS it wants the main thread.  Here it has a
process to itself: the engine starts up, waits for one line of JSON on standard input

    {"text": "...", "rate": 150, "voice": null, "path": "/where/to/write.wav"}

and answers with one line on standard output: {"rate": 150} or {"error": "..."}.  Run as a script; imports
nothing of ours, so that it starts quickly.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PATIENCE = 1.5
"""Seconds to wait for eSpeak to say that it has finished."""


def load_packaged_engine() -> None:
    """Bring eSpeak NG from the package espeakng-loader into this process, when there is one.

    pyttsx3 asks the linker for libespeak-ng.so.1; one that is loaded already under that name wins over
    the system's, so a fresh machine speaks without installing anything.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        import espeakng_loader

        ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    except (ImportError, OSError, RuntimeError):
        return  # the system's own engine may do


def start_engine() -> Any:
    """pyttsx3's engine for this platform; raises whatever pyttsx3 raises."""
    load_packaged_engine()
    import pyttsx3

    return pyttsx3.init()


def set_rate(engine: Any, rate: int) -> int:
    """Set the rate until it reads back, because eSpeak loses it now and then; gives what it is in the end.

    Asks the driver itself: pyttsx3's own queue does nothing until it runs, and then tells nobody.
    """
    driver = engine.proxy._driver
    for _ in range(50):
        driver.setProperty("rate", rate)
        if round(driver.getProperty("rate")) == rate:
            break
        time.sleep(0.002)
    return int(driver.getProperty("rate"))


def speak_into_file(engine: Any, wish: dict[str, Any]) -> dict[str, Any]:
    """Carry out the wish; give the answer.  A voice that is not there gives way to the engine's own."""
    if wish["voice"]:
        with suppress(Exception):  # each driver has its own way to refuse; speech matters more
            engine.proxy._driver.setProperty("voice", wish["voice"])
    finished = threading.Event()

    def note_the_end(**_: object) -> None:
        finished.set()

    engine.connect("finished-utterance", note_the_end)
    engine.save_to_file(wish["text"], wish["path"])
    # Immediately before the synthesis: an idle engine drops a rate that was set earlier.
    rate = set_rate(engine, wish["rate"])
    engine.runAndWait()
    if engine.driver_name == "espeak":
        # It may return while eSpeak's own thread is still at work; the file is whole when that says so.
        finished.wait(PATIENCE)
    return {"rate": rate}


def main() -> None:
    """Serve one sentence."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # pyttsx3 prints where it saved
    answer: dict[str, Any]
    try:
        engine = start_engine()
        line = sys.stdin.readline()
        if not line:
            return  # whoever started us is gone
        answer = speak_into_file(engine, json.loads(line))
    except Exception as error:  # pyttsx3 raises KeyError, OSError, RuntimeError and more
        answer = {"error": f"{type(error).__name__}: {error}"}
    with suppress(OSError):
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    # As a script our own folder comes first on the path, where a module could hide a standard one.
    sys.path[:] = [place for place in sys.path if place != str(Path(__file__).resolve().parent)]
    main()
    # Not sys.exit: the engines' own clean-up is where they hang.
    os._exit(0)
