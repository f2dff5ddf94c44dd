"""The commands as a person calls them, with good input and bad."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest
from speech import spoken

from voice_skill.memory import FILE_NAME, Memory

NEWLINE = "\n"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own, so that nobody's settings and memory play a part."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "VOICE_SKILL_"))}
    return kept | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}


@pytest.fixture
def no_devices(tmp_path: Path) -> Path:
    """Settings that name devices which no machine has."""
    settings = tmp_path / "no-devices.toml"
    settings.write_text('microphone = "no such microphone"\nspeaker = "no such loudspeaker"\n')
    return settings


def run(
    home: dict[str, str], *words: str | Path, given: str | bytes = "", expect: int = 0
) -> subprocess.CompletedProcess[str]:
    """Call voice-skill; whatever happens, there must be no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "voice_skill", *map(str, words)],
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        env=home,
        timeout=120,
        check=False,
    )
    result = subprocess.CompletedProcess(
        done.args,
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        done.stderr.decode("utf-8", "replace"),
    )
    assert "Traceback" not in result.stderr + result.stdout, result.stderr
    assert result.returncode == expect, result.stdout + result.stderr
    return result


# --- single answers -------------------------------------------------------------------------------


def test_ask_answers_in_plain_words(home: dict[str, str]) -> None:
    """A question gets its short answer on standard output and nothing on standard error."""
    result = run(home, "ask", "is it calcium deficiency")
    assert "calcium" in result.stdout
    assert result.stderr == ""


def test_ask_json_has_the_agreed_fields(home: dict[str, str]) -> None:
    """The JSON object has exactly the fields that others rely on."""
    answer = json.loads(run(home, "ask", "--json", "my chest hurts").stdout)
    assert list(answer) == ["text", "intent", "tier", "score", "runner_up", "slots", "reply"]
    assert (answer["intent"], answer["tier"]) == ("emergency", "act")


def test_batch_answers_one_line_for_each_line(home: dict[str, str]) -> None:
    """Every line of the input, an empty one too, gives one line of JSON, in order."""
    lines = ["what causes cramps", "", "stop", "what's the capital of france"]
    given = NEWLINE.join(lines) + NEWLINE
    answers = [
        json.loads(line) for line in run(home, "ask", "--batch", "--json", given=given).stdout.splitlines()
    ]
    assert [answer["text"] for answer in answers] == lines
    assert [answer["intent"] for answer in answers] == ["why", "none", "stop", "none"]


def test_the_state_decides_what_words_mean(home: dict[str, str]) -> None:
    """In the routine "next" moves on in the routine; outside it, it asks for more."""
    in_routine = json.loads(run(home, "ask", "--state", "routine", "--json", "next").stdout)
    assert in_routine["intent"] == "next"
    assert in_routine["reply"]


def test_the_region_sets_the_telephone_numbers(home: dict[str, str]) -> None:
    """The emergency number is the configured region's, digit by digit."""
    assert "nine, one, one" in run(home, "--region", "us", "ask", "my chest hurts").stdout
    assert "nine, nine, nine" in run(home, "ask", "--region", "uk", "my chest hurts").stdout


def test_why_explains_the_answer(home: dict[str, str]) -> None:
    """The lane, the intent and the phrase that won are named."""
    explained = run(home, "ask", "--why", "why do i get leg cramps at night").stdout
    assert "decided by" in explained
    assert "phrase: why do i get leg cramps at night" in explained


@pytest.mark.parametrize(
    "text",
    [
        "why " * 25_000,
        "\x00\x07\x1b[2J why do \t i get cramps",
        "\U0001f9b5\U0001f9b5\U0001f62d",
        "как избавиться от судорог",
        "夜中に足がつります",
        "",
        "   ",
        "'''",
    ],
    ids=[
        "100,000 characters",
        "control characters",
        "emoji",
        "russian",
        "japanese",
        "empty",
        "blank",
        "marks",
    ],
)
def test_no_text_is_too_strange(home: dict[str, str], text: str) -> None:
    """Whatever is typed gets one spoken answer."""
    lines = run(home, "ask", "--batch", "--json", given=text + NEWLINE).stdout.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["reply"]


def test_a_red_flag_is_found_at_the_end_of_a_long_text(home: dict[str, str]) -> None:
    """Length never hides an emergency."""
    text = "i was lying in bed and reading " * 3000 + "and my chest hurts"
    answer = json.loads(run(home, "ask", "--batch", "--json", given=text + NEWLINE).stdout)
    assert answer["intent"] == "emergency"


def test_ask_without_a_question_says_what_to_give(home: dict[str, str]) -> None:
    """Neither text nor --batch is a mistake that is explained."""
    assert "--batch" in run(home, "ask", expect=2).stderr


def test_ask_takes_words_without_quotes(home: dict[str, str]) -> None:
    """The shell has split the question; it is one all the same."""
    quoted = run(home, "ask", "--json", "why do i get cramps").stdout
    assert run(home, "ask", "--json", *["why", "do", "i", "get", "cramps"]).stdout == quoted


# --- recordings -----------------------------------------------------------------------------------


def test_hear_recognises_and_answers(home: dict[str, str], model_folder: Path, tmp_path: Path) -> None:
    """A question spoken by a voice that was not trained on is understood and answered."""
    recording = spoken("why do i get leg cramps", tmp_path)
    heard = json.loads(run(home, "hear", "--json", "--model", model_folder, recording).stdout)
    assert heard["intent"] == "why"
    assert heard["seconds"]["audio"] > 1
    assert set(heard) == {
        *("file", "heard", "seconds", "text", "intent", "tier", "score", "runner_up", "slots", "reply"),
    }


def test_hear_goes_on_after_a_file_that_cannot_be_read(
    home: dict[str, str], model_folder: Path, tmp_path: Path
) -> None:
    """One bad file is reported by name; the others are answered; the exit code tells."""
    empty = tmp_path / "empty.wav"
    empty.touch()
    text = tmp_path / "notes.wav"
    text.write_text("not sound at all")
    good = spoken("stop", tmp_path)
    result = run(
        home, "hear", "--json", "--model", model_folder, empty, text, good, tmp_path / "gone.wav", expect=4
    )
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == [str(good)]
    assert len(result.stderr.splitlines()) == 3
    assert all(name in result.stderr for name in ("empty.wav", "notes.wav", "gone.wav"))


def test_hear_looks_for_the_file_first(home: dict[str, str], tmp_path: Path) -> None:
    """A misspelt name is told at once, not after the model has been loaded."""
    said = run(home, "hear", "--model", tmp_path / "no-model", tmp_path / "gone.wav", expect=4).stderr
    assert "gone.wav" in said


def test_hear_says_when_a_recording_breaks_off(
    home: dict[str, str], model_folder: Path, tmp_path: Path
) -> None:
    """A truncated file is heard as far as it goes, with a note."""
    whole = spoken("why do i get leg cramps", tmp_path)
    cut = tmp_path / "cut.wav"
    content = whole.read_bytes()
    cut.write_bytes(content[: len(content) * 3 // 4])
    result = run(home, "hear", "--json", "--model", model_folder, cut)
    assert json.loads(result.stdout)["heard"]
    assert "cut.wav" in result.stderr


# --- models, bundles, settings --------------------------------------------------------------------


def test_hear_without_the_model_that_was_named(home: dict[str, str], tmp_path: Path) -> None:
    """A model folder that is not there is named in one sentence."""
    (tmp_path / "a.wav").touch()
    result = run(home, "hear", "--model", tmp_path / "nowhere", tmp_path / "a.wav", expect=5)
    assert "nowhere" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_broken_model_is_refused(home: dict[str, str], model_folder: Path, tmp_path: Path) -> None:
    """A model whose network was cut off is refused before Vosk can fall over it."""
    broken = tmp_path / "broken"
    shutil.copytree(model_folder, broken)
    (broken / "am/final.mdl").write_bytes(b"")
    (tmp_path / "a.wav").touch()
    result = run(home, "hear", "--model", broken, tmp_path / "a.wav", expect=5)
    assert "final.mdl" in result.stderr


def test_check_is_content_with_the_bundle(home: dict[str, str]) -> None:
    """The bundle that ships has no problems; which folder that was is said."""
    said = run(home, "check").stdout
    assert "All is well in " in said
    assert f"intents{os.sep}en" in said
    assert re.search(r" \d{4} test sentences, and \d{5} phrases with a hesitation\.\n", said)


def test_check_lists_all_problems_of_a_bundle(
    home: dict[str, str], bundle_folder: Path, tmp_path: Path
) -> None:
    """Several mistakes in several files are printed at once, each with file and line."""
    copy = tmp_path / "en"
    shutil.copytree(bundle_folder, copy)
    with (copy / "facts.yaml").open("a") as file:
        file.write("colour: red\n")
    with (copy / "helps.yaml").open("a") as file:
        file.write("  wrong: [\n")
    (copy / "extra.yaml").write_bytes(b"intents:\n  caf\xe9: {}\n")
    printed = run(home, "check", copy, expect=3).stdout
    assert all(name in printed for name in ("facts.yaml, line", "helps.yaml, line", "extra.yaml"))
    assert "colour" in printed


def test_a_session_with_a_broken_bundle_says_so(home: dict[str, str], tmp_path: Path) -> None:
    """Starting with mistakes in the bundle is refused with the first of them."""
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents/a.yaml").write_text("intents: 3\n")
    result = run(home, "--bundle", tmp_path / "intents", "type", "--silent", expect=3)
    assert result.stderr.count("a.yaml") == 1


def test_an_unknown_setting_is_named(home: dict[str, str], tmp_path: Path) -> None:
    """A misspelt key in the settings is an error that names file and key and the nearest right one."""
    settings = tmp_path / "config.toml"
    settings.write_text('regoin = "uk"\n')
    result = run(home, "--config", settings, "ask", "stop", expect=2)
    assert "regoin" in result.stderr
    assert "region" in result.stderr.replace("regoin", "")


def test_an_unknown_region_is_refused(home: dict[str, str]) -> None:
    """No emergency number is better than a wrong one."""
    assert "atlantis" in run(home, "ask", "--region", "atlantis", "stop", expect=2).stderr


# --- conversations and sound ----------------------------------------------------------------------


def test_a_typed_session_leads_into_the_routine(home: dict[str, str]) -> None:
    """Typed silently: greeting, safety question, first lines of the routine."""
    given = NEWLINE.join(["start the routine", "no", "sitting", "how long left", "stop"]) + NEWLINE
    said = run(home, "type", "--silent", given=given).stdout
    assert "safety question" in said
    assert "minutes" in said


def test_the_log_may_be_named_before_the_command(home: dict[str, str], tmp_path: Path) -> None:
    """Options that the program and a command share count wherever they stand."""
    for number, words in enumerate((("--log", "FILE", "type"), ("type", "--log", "FILE"))):
        log = tmp_path / f"{number}.log"
        run(home, *(log if word == "FILE" else word for word in words), "--silent", given="stop" + NEWLINE)
        assert log.read_text()


@pytest.mark.parametrize("word", ["quit", "Exit"])
def test_a_typed_word_ends_the_session(home: dict[str, str], word: str) -> None:
    """What is typed after it is not heard any more."""
    given = NEWLINE.join([word, "is it calcium"]) + NEWLINE
    assert "calcium" not in run(home, "type", "--silent", given=given).stdout


def test_a_terminal_gets_a_prompt(home: dict[str, str]) -> None:
    """A person sees whose turn it is; a pipe gets the plain answers."""
    above, below = pty.openpty()
    session = subprocess.Popen(
        [sys.executable, "-m", "voice_skill", "type", "--silent"],
        stdin=below,
        stdout=subprocess.PIPE,
        env=home,
        text=True,
    )
    os.close(below)
    os.write(above, b"quit\n")
    said, _ = session.communicate(timeout=60)
    os.close(above)
    assert session.returncode == 0
    assert NEWLINE + "> " in said
    assert "> " not in run(home, "type", "--silent", given="quit" + NEWLINE).stdout


def test_say_needs_words(home: dict[str, str]) -> None:
    """Nothing to say is a mistake, not silence."""
    assert "nothing to say" in run(home, "say", " ", expect=2).stderr


def test_a_broken_off_routine_is_offered_again(home: dict[str, str]) -> None:
    """What one run stored, the next one offers to carry on."""
    run(
        home, "type", "--silent", given=NEWLINE.join(["start the routine", "no", "sitting", "next"]) + NEWLINE
    )
    assert "carry on" in run(home, "type", "--silent", given="no thanks" + NEWLINE).stdout


def test_a_power_cut_costs_no_step(home: dict[str, str]) -> None:
    """Killed in the middle of the calf stretch, the next start offers to carry on with the calf."""
    session = subprocess.Popen(
        [sys.executable, "-m", "voice_skill", "type", "--silent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=home,
        text=True,
    )
    assert session.stdin
    assert session.stdout
    for words in ("start the routine", "no", "sitting"):
        session.stdin.write(words + NEWLINE)
        session.stdin.flush()
    stored = Memory(Path(home["HOME"]) / ".local/share/voice-skill" / FILE_NAME)
    until = time.monotonic() + 30
    while "calf" not in (stored.recall("place") or ""):
        assert session.poll() is None
        assert time.monotonic() < until, "the place was not stored"
        session.stdin.write("next" + NEWLINE)
        session.stdin.flush()
        time.sleep(0.5)
    stored.close()
    session.kill()
    session.wait()
    session.stdin.close()
    session.stdout.close()
    offered = run(home, "type", "--silent", given="yes" + NEWLINE + "no" + NEWLINE).stdout
    assert "the calf" in offered.splitlines()[1]
    assert "Carrying on." in offered


def test_hands_free_without_a_model_goes_on(home: dict[str, str], no_devices: Path, tmp_path: Path) -> None:
    """Neither model nor keyboard: one sentence with the remedy, then the demonstration."""
    result = run(home, "--config", no_devices, "--model", tmp_path / "none")
    assert "none" in result.stdout.splitlines()[0]
    assert "the skill says" in result.stdout


def test_hands_free_without_a_sound_device_goes_on(
    home: dict[str, str], no_devices: Path, model_folder: Path
) -> None:
    """With a model but no microphone, the demonstration shows recognition at work."""
    result = run(home, "--config", no_devices, "--model", model_folder)
    assert "microphone" in result.stdout.splitlines()[0].lower()
    assert "understood: why" in result.stdout


def test_say_writes_a_file(home: dict[str, str], tmp_path: Path) -> None:
    """The voice can be written to a WAV file."""
    said = run(home, "say", "Straighten that leg.", "--out", tmp_path / "said.wav").stdout
    assert str(tmp_path / "said.wav") in said
    with wave.open(str(tmp_path / "said.wav")) as said:
        assert said.getnframes() / said.getframerate() > 0.8


def test_say_without_a_loudspeaker_says_what_to_do(home: dict[str, str], no_devices: Path) -> None:
    """No device is one sentence and its own exit code."""
    said = run(home, "--config", no_devices, "say", "hello", expect=6).stderr
    assert len(said.splitlines()) == 1
    assert "--out FILE.wav" in said


def test_a_full_disk_costs_only_the_file(home: dict[str, str]) -> None:
    """A WAV that cannot be written is reported in one sentence."""
    assert "/dev/full" in run(home, "say", "hello", "--out", "/dev/full", expect=6).stderr


def test_the_demo_looks_first_where_to_write(home: dict[str, str], tmp_path: Path) -> None:
    """A file that cannot be is one sentence at once, not after all the work."""
    for out in (tmp_path / "nowhere" / "demo.wav", tmp_path):
        result = run(home, "demo", "--out", out, expect=6)
        assert str(out) in result.stderr
        assert result.stdout == ""


@pytest.mark.parametrize("words", [("ask", "--batch"), ("type", "--silent")])
def test_a_closed_standard_input_is_an_empty_one(home: dict[str, str], words: tuple[str, ...]) -> None:
    """With nothing to read from, there is nothing to answer."""
    command = [sys.executable, "-m", "voice_skill", *words]
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
    done = subprocess.run(closed, env=home, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_output_that_cannot_be_written_is_one_sentence(home: dict[str, str]) -> None:
    """A full disk behind the standard output is said on standard error."""
    command = [sys.executable, "-m", "voice_skill", "ask", "is it calcium deficiency"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(command, env=home, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_a_log_that_ends_is_told_once(home: dict[str, str]) -> None:
    """When the disk is full, the session goes on and says that the log does not."""
    given = NEWLINE.join(("is it calcium deficiency", "stop")) + NEWLINE
    said = run(home, "type", "--silent", "--log", "/dev/full", given=given).stdout
    assert said.count("The log has ended") == 1
    assert "calcium" in said


def test_doctor_names_every_part(home: dict[str, str], no_devices: Path, model_folder: Path) -> None:
    """Without a microphone the doctor still looks at everything and tells remedies."""
    printed = run(home, "--config", no_devices, "doctor", "--model", model_folder, expect=1).stdout
    for part in ("python", "bundle", "model", "recogniser", "voice", "microphone", "speaker", "memory"):
        assert f"{part}: " in printed
    assert "what to do" in printed


def test_help_has_examples(home: dict[str, str]) -> None:
    """Every command is listed, with examples."""
    printed = run(home, "--help").stdout
    assert "examples:" in printed
    for command in ("type", "ask", "hear", "check", "say", "demo", "doctor"):
        assert f"\n    {command} " in printed or f"voice-skill {command}" in printed


def test_a_memory_that_cannot_be_opened_is_told_and_said(home: dict[str, str], tmp_path: Path) -> None:
    """The remedy is shown and the loss is said; the session goes on."""
    (tmp_path / "file").touch()
    settings = tmp_path / "settings.toml"
    settings.write_text(f"data_folder = '{tmp_path / 'file' / 'data'}'\n")
    given = "is it calcium" + NEWLINE
    told = run(home, "--config", settings, "type", "--silent", given=given).stdout
    assert str(tmp_path / "file") in told
    assert "I can't save anything just now." in told
    assert "calcium" in told
