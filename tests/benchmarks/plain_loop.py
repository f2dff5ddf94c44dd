"""The same task the plain way, to measure against: Vosk's own microphone loop, rapidfuzz, pyttsx3.

Nothing here is made worse on purpose: it is what the packages' own examples add up to.  Half-second
blocks, the end of an utterance by Vosk alone, ``extractOne`` with its default scorer over the bundle's
phrases, the answer rendered as a whole by pyttsx3 when it is needed and played by sounddevice.  Writes
``plain.jsonl`` into the current folder; answers are cut to a second, as in ``timed_skill.py``.
"""

from __future__ import annotations

import json
import queue
import sys
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pyttsx3
import sounddevice
from rapidfuzz import process
from vosk import KaldiRecognizer, Model, SetLogLevel

from voice_skill.content import reader

RATE = 16_000


def main(model_folder: str, bundle_folder: str) -> None:
    """Listen and answer until ended from outside."""
    bundle = reader.load(Path(bundle_folder))
    answers = {phrase: intent for intent in bundle.intents.values() for phrase in intent.phrases}
    SetLogLevel(-1)
    recogniser = KaldiRecognizer(Model(model_path=model_folder), RATE)
    engine: Any = pyttsx3.init()
    blocks: queue.Queue[bytes] = queue.Queue()

    def take(sound: Any, _frames: int, _when: Any, _status: Any) -> None:
        blocks.put(bytes(sound))

    with (
        Path("plain.jsonl").open("w", encoding="utf-8", buffering=1) as log,
        sounddevice.RawInputStream(samplerate=RATE, blocksize=8000, dtype="int16", channels=1, callback=take),
    ):
        print(json.dumps({"what": "ready", "at": time.monotonic()}), file=log)
        while True:
            if not recogniser.AcceptWaveform(blocks.get()):
                continue
            text = json.loads(recogniser.Result())["text"]
            if not text:
                continue
            heard_at = time.monotonic()
            phrase, score, _ = process.extractOne(text, list(answers))
            matched_at = time.monotonic()
            intent = answers[phrase]
            said = intent.replies[0].text if intent.replies else f"You said: {intent.title}."
            engine.save_to_file(said, "answer.wav")
            engine.runAndWait()
            rendered_at = time.monotonic()
            line = {"what": "answer", "text": text, "intent": intent.name, "score": score, "at": heard_at,
                    "matching": matched_at - heard_at, "rendering": rendered_at - matched_at}  # fmt: skip
            print(json.dumps(line), file=log)
            play("answer.wav")


def play(path: str) -> None:
    """Play the first second of the file."""
    with wave.open(path) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(rate), dtype=np.int16)
    if len(samples):
        sounddevice.play(samples, rate)
        sounddevice.wait()


if __name__ == "__main__":
    main(*sys.argv[1:3])
