"""The demo: a synthetic person talks to the skill, by sound, on virtual time; then it is played or written.

Shell.  Where there is no speech model the person's words are handed over as text, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voice_skill.audio.sound import SPEECH_RATE, Sound, resample
from voice_skill.audio.wav import try_to_write, write_wav
from voice_skill.config import Config
from voice_skill.content.bundle import Bundle
from voice_skill.core import vocabulary
from voice_skill.core.session import Session
from voice_skill.errors import AudioDeviceError, ModelError
from voice_skill.front_ends import load_content, load_model
from voice_skill.hearing.recogniser import SpeechModel
from voice_skill.messages import SetVoice
from voice_skill.rehearsal import Moment, Rehearsal, Turn
from voice_skill.speaking.speaker import BLOCK_SECONDS, DeviceSpeaker
from voice_skill.speaking.voice import Voice

PERSON = "en-us+f3"
"""The synthetic person's voice; the skill's own is another."""

TURNS = (
    Turn("why do i get leg cramps at night"),
    Turn("no thanks"),
    Turn("is it calcium deficiency"),
    Turn("how do you know that"),
    Turn("start the routine"),
    Turn("no thanks"),
    Turn("sitting down"),
    Turn("how long left", wait=2.0, patience=25.0),
    Turn("pause", wait=3.0, patience=20.0),
    Turn("carry on", wait=2.0),
    Turn("next", wait=4.0, patience=20.0),
    Turn("it hurts", wait=4.0, patience=25.0),
    Turn("yes please"),
    Turn("stop", wait=4.0, patience=20.0),
    Turn("my calf is swollen and hot"),
    Turn("good night"),
)


def demonstrate(config: Config, out: Path | None) -> int:
    """Run the conversation, print its timeline, and play it or write it to ``out``."""
    if out is not None:
        with _writing(out):
            try_to_write(out)
    content = load_content(config)
    model = _model(config, content.bundle)
    voice = Voice(config.rate, config.voice, config.cache_folder / "speech")
    person = Voice(160, PERSON, config.cache_folder / "speech")
    try:
        setting = SetVoice(config.rate, config.volume)
        session = Session(content.bundle, content.interpreter, content.region, setting)
        recognisers = None
        if model is not None:
            phrases = vocabulary.phrases(content.bundle, config.wake_phrase)
            recognisers = {
                mode: model.recogniser(SPEECH_RATE, said, alternatives=mode == "open")
                for mode, said in phrases.items()
            }
        rehearsal = Rehearsal(session, content.interpreter, content.wholeness, voice, person, recognisers)
        rehearsal.run(TURNS)
    finally:
        voice.close()
        person.close()
        if model is not None:
            model.close()
    for moment in rehearsal.moments:
        print(_line(moment), flush=True)
    _hand_over(rehearsal.track, config, out)
    return 0


def _model(config: Config, bundle: Bundle) -> SpeechModel | None:
    try:
        return load_model(config, bundle)
    except ModelError as error:
        print(f"{error} Until then the demonstration hands the words over as text.")
        return None


_SPOKEN = {
    "asked": "the person says",
    "heard": "heard",
    "understood": "understood",
    "said": "the skill says",
    "silent": "the skill falls silent",
    "tone": "tone",
}


def _line(moment: Moment) -> str:
    minutes, seconds = divmod(moment.at, 60)
    text = f": {moment.text}" if moment.text else ""
    return f"{int(minutes):02d}:{seconds:04.1f} {_SPOKEN[moment.kind]}{text}"


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = f"The sound file {out} cannot be written: {error.strerror or error}."
        raise AudioDeviceError(reason) from error


def _hand_over(track: Sound, config: Config, out: Path | None) -> None:
    if out is not None:
        with _writing(out):
            write_wav(out, track)
        print(f"The sound is in {out}, {track.seconds:.0f} seconds.")
        return
    try:
        speaker = DeviceSpeaker(config.speaker)
    except AudioDeviceError as error:
        print(f"{error} To hear it, write it to a file: voice-skill demo --out demo.wav")
        return
    samples = resample(track, speaker.rate).samples
    step = round(BLOCK_SECONDS * speaker.rate)
    try:
        for start in range(0, len(samples), step):
            speaker.play(samples[start : start + step])
        speaker.drain()
    finally:
        speaker.close()
