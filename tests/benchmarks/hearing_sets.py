"""What hearing is measured on: voices, speakers and noises that the training never used.

A set is a list of clips (sound, what was said) and the closed list of phrases that could have been said.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from models.training.human import Recording, recordings
from models.training.lexicon import tidy
from models.training.noise import HELD_OUT, coloured, read_sound
from voice_skill.content import reader

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """One recording. `sound`: 16 kHz mono, -32768..32767."""

    sound: Floats
    text: str
    after: float = 0.0
    """Seconds of other sound after the last word."""


@dataclass(frozen=True)
class Test:
    """Clips and the phrases that are possible; none = the model's own graph, and the clips are not ours."""

    name: str
    clips: list[Clip]
    phrases: list[str]


@dataclass(frozen=True)
class Whole:
    """Clips and what they mean, for the whole way from sound to decision."""

    name: str
    clips: list[Clip]
    intents: list[str]


def say_rms(text: str) -> Floats:
    """Flite's voice rms."""
    with tempfile.TemporaryDirectory() as folder:
        wave = f"{folder}/said.wav"
        subprocess.run(["flite", "-voice", "rms", "-t", text, wave], check=True, capture_output=True)
        return read_sound(Path(wave))


def say_ked(text: str) -> Floats:
    """Festival's voice ked."""
    with tempfile.TemporaryDirectory() as folder:
        wave = f"{folder}/said.wav"
        script = Path(folder) / "say.scm"
        script.write_text(
            f'(voice_ked_diphone) (set! u (Utterance Text "{text}"))'
            f' (utt.synth u) (utt.save.wave u "{wave}" \'riff)'
        )
        subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
        return read_sound(Path(wave))


def phrases_of(bundle: Path, count: int) -> list[str]:
    """Some sentences of the bundle's tests, always the same ones for the same bundle."""
    tests = reader.load(bundle, with_tests=True).tests
    said = {" ".join(tidy(sentence)) for test in tests for sentence in test.say}
    return sorted(random.Random(5).sample(sorted(said), count))


def at_level(sound: Floats, decibels: float = -26.0) -> Floats:
    """The sound at a level below full scale (root mean square)."""
    gain = np.float32(32768 * 10 ** (decibels / 20) / (np.sqrt(np.mean(sound**2)) + 1e-3))
    levelled: Floats = sound * gain
    return levelled


def with_noise(clip: Clip, noise: Floats, decibels: float, chance: np.random.Generator) -> Clip:
    """The clip with half a second of noise before and after it, `decibels` fainter than the voice."""
    quiet = np.zeros(8000, np.float32)
    sound = np.concatenate([quiet, clip.sound, quiet])
    start = int(chance.integers(len(noise)))
    piece = np.take(noise, np.arange(start, start + len(sound)), mode="wrap")
    ratio = np.sqrt(np.mean(clip.sound**2)) / (np.sqrt(np.mean(piece**2)) + 1e-3)
    noisy = (sound + piece * np.float32(ratio * 10 ** (-decibels / 20))).clip(-32768, 32767)
    return Clip(noisy, clip.text, clip.after + 0.5)


def spoken_tests(bundle: Path, noise: Path, people: list[Recording], count: int) -> list[Test]:
    """Sets (a) and (b): two unheard synthetic voices, clean, in noises at 20 and 10 dB, and in a room."""
    phrases, chance = phrases_of(bundle, count), np.random.default_rng(3)
    voices: dict[str, Callable[[str], Floats]] = {"rms": say_rms, "ked": say_ked}
    clean = {name: [Clip(at_level(say(p)), p) for p in phrases] for name, say in voices.items()}
    tests = [Test(f"{name} clean", clips, phrases) for name, clips in clean.items()]
    for kind, noises in kept_noises(noise, people).items():
        for decibels in (20, 10):
            noisy = [
                with_noise(clip, noises[index % len(noises)], decibels, chance)
                for index, clip in enumerate(clean["rms"])
            ]
            tests.append(Test(f"rms, {kind} {decibels} dB", noisy, phrases))
    room = kept_room(noise)
    tests += [
        Test(f"{name} in a room", [replace(clip, sound=in_room(clip.sound, room)) for clip in clips], phrases)
        for name, clips in clean.items()
    ]
    return tests


def kept_noises(noise: Path, people: list[Recording]) -> dict[str, list[Floats]]:
    """The kinds of noise that are measured with, none of them a recording that was trained on."""
    hiss = np.random.default_rng(8)
    recorded = {
        kind: [read_sound(file) for file in sorted(noise.glob(f"esc10/{name}_*_fold5.opus"))]
        for kind, name in (("rain", "rain"), ("clock", "clock_tick"))
    }
    pink = [coloured(160_000, 1.0, hiss)]
    return {**recorded, "pink noise": pink, "steady noise": kept_steady(noise), "babble": [babble_of(people)]}


def kept_room(noise: Path) -> Floats:
    """The response of the room that training leaves alone, from its direct sound on."""
    (file,) = [file for file in noise.glob("rooms/*.wav") if any(mark in file.stem for mark in HELD_OUT)]
    response = read_sound(file)
    return response[int(np.argmax(np.abs(response))) :][:16000]


def in_room(sound: Floats, room: Floats) -> Floats:
    """The sound as it comes out of a room, as loud as before."""
    return at_level(np.convolve(sound, room)[: len(sound) + 4000].astype(np.float32))


def kept_steady(noise: Path) -> list[Floats]:
    """The steady noises that training leaves alone."""
    files = sorted(noise.glob("steady/*.wav"))
    return [read_sound(file) for file in files if any(mark in file.stem for mark in HELD_OUT)]


def babble_of(people: list[Recording]) -> Floats:
    """Six people at once, for a minute: speakers who were kept out of training."""
    speech = [at_level(read_sound(r.path)) for r in people if r.source == "speechocean762"][:120]
    lanes = [np.concatenate(speech[lane::6]) for lane in range(6)]
    shortest = min(map(len, lanes))
    together: Floats = np.sum([lane[:shortest] for lane in lanes], axis=0, dtype=np.float32)
    return together


def human_tests(people: list[Recording], count: int) -> list[Test]:
    """Sets (b) and (c): single command words, 1 of 25 and more, and read sentences, 1 of 300."""
    chance = random.Random(9)
    words = [r for r in people if r.source == "speech_commands"]
    vocabulary = sorted({r.text for r in words})
    frequent = sorted(vocabulary, key=lambda w: -sum(r.text == w for r in words))[:25]
    chosen = chance.sample([r for r in words if r.text in frequent], min(4 * count, len(words)))
    tests = [
        Test("human command words, 1 of 25", [Clip(read_sound(r.path), r.text) for r in chosen], frequent)
    ]
    read = [r for r in people if r.source == "speechocean762" and len(tidy(r.text)) > 1]
    sentences = sorted({" ".join(tidy(r.text)) for r in read})
    listed = chance.sample(sentences, min(300, len(sentences)))
    some = chance.sample([r for r in read if " ".join(tidy(r.text)) in set(listed)], 2 * count)
    clips = [Clip(read_sound(r.path), " ".join(tidy(r.text))) for r in some]
    return [*tests, Test("human sentences, 1 of 300", clips, listed)]


def whole_tests(
    bundle: Path, questions: Path, noise: Path, people: list[Recording], count: int
) -> list[Whole]:
    """Requests with what they mean, by two voices in turn: clean and in noise; set (d): what is not ours."""
    chance, choice = np.random.default_rng(3), random.Random(4)
    listed = choice.sample(sorted(_of_tests(bundle)), count)
    unlisted = choice.sample(sorted(_of_questions(questions)), count)
    babble, steady = babble_of(people), kept_steady(noise)
    found = []
    for name, requests in (("sentences of the bundle's tests", listed), ("questions not listed", unlisted)):
        clips = [
            Clip(at_level(_bare((say_rms, say_ked)[i % 2](text))), text)
            for i, (text, _) in enumerate(requests)
        ]
        intents = [intent for _, intent in requests]
        in_steady = [with_noise(c, steady[i % len(steady)], 10, chance) for i, c in enumerate(clips)]
        in_babble = [with_noise(c, babble, 10, chance) for c in clips]
        found += [
            Whole(name, clips, intents),
            Whole(f"{name.split()[0]}, steady noise 10 dB", in_steady, intents),
            Whole(f"{name.split()[0]}, babble 10 dB", in_babble, intents),
        ]
    read = [r for r in people if r.source == "speechocean762"]
    foreign = [
        Clip(read_sound(r.path), " ".join(tidy(r.text))) for r in random.Random(11).sample(read, 2 * count)
    ]
    sounds = [Clip(read_sound(file), "") for file in sorted(noise.glob("esc10/*_fold5.opus"))]
    return [
        *found,
        Whole("foreign speech", foreign, ["none"] * len(foreign)),
        Whole("noise without speech", sounds, ["none"] * len(sounds)),
    ]


def hesitant_test(bundle: Path, count: int) -> Whole:
    """Requests of five words and more with 0.6 s of silence in their middle."""
    long = [(text, intent) for text, intent in sorted(_of_tests(bundle)) if len(text.split()) >= 5]
    requests = random.Random(6).sample(long, count)
    clips, pause = [], np.zeros(9600, np.float32)
    for index, (text, _) in enumerate(requests):
        words, say = text.split(), (say_rms, say_ked)[index % 2]
        halves = [
            at_level(_bare(say(" ".join(half))))
            for half in (words[: len(words) // 2], words[len(words) // 2 :])
        ]
        clips.append(Clip(np.concatenate([halves[0], pause, halves[1]]), text))
    return Whole("a pause of 0.6 s within a sentence", clips, [intent for _, intent in requests])


def _bare(sound: Floats, threshold: float = 300.0) -> Floats:
    """The sound without the silence at its ends."""
    loud = np.flatnonzero(np.abs(sound) > threshold)
    return sound[loud[0] : loud[-1] + 1]


def _of_tests(bundle: Path) -> set[tuple[str, str]]:
    """What the bundle's tests say out of the routine, and what it means."""
    tests = reader.load(bundle, with_tests=True).tests
    return {
        (said, test.intent)
        for test in tests
        if test.state == "idle" and test.intent != "none"
        for said in test.say
        if _can_be_said(said)
    }


def _of_questions(file: Path) -> set[tuple[str, str]]:
    """The same of the development set."""
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))["sentences"]
    return {
        (one["say"], one["intent"]) for one in listed if one["intent"] != "none" and _can_be_said(one["say"])
    }


def _can_be_said(text: str) -> bool:
    return all(letter.isalpha() or letter in " '" for letter in text)


def kept_people(folder: Path) -> list[Recording]:
    """The recordings that training leaves alone."""
    return [r for r in recordings(folder) if r.held_out]
