"""The commands.  Parses, calls, prints; turns every VoiceSkillError into one sentence and an exit code.

What is printed is plain lines for a screen reader: no colours, no boxes, nothing that moves.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from voice_skill import __version__, commands, config, model_commands
from voice_skill.config import Config
from voice_skill.errors import BundleError, VoiceSkillError
from voice_skill.hearing.known_models import HOST, KNOWN

EXAMPLES = """\
examples:
  voice-skill                                    listen and speak; typed where there is no microphone
  voice-skill type                               the same conversation with the keyboard
  voice-skill ask "why do I get cramps at night"
  voice-skill ask --batch --json < questions.txt
  voice-skill hear question.wav
  voice-skill demo --out demo.wav                hear the whole chain at work, without a microphone
  voice-skill check                              are the intents in good order?
  voice-skill doctor                             is everything there?
  voice-skill models get small                   a bigger speech model; nothing else uses the network

Say "stop", "pause", "repeat" or "help" at any time.  This is general information, not medical advice.
"""
MODEL_EXAMPLES = """\
examples:
  voice-skill models                             what is here, what could be, what is in use
  voice-skill models get small                   fetch it; run it again if it breaks off
  voice-skill models get small --from FILE.zip   take it from a file instead
  voice-skill models use embedded                choose one of those here
  voice-skill models use best                    go back to the best one here

Only 'get' uses the network.  What it fetches is held against the published checksum.
"""
STATES = ("idle", "asked", "routine")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        _speak_utf8()
        code = int(options.run(_config(options), options))
        print(end="", flush=True)
        return code
    except BundleError as error:
        print(error, *error.problems[1:20], sep="\n", file=sys.stderr)  # it names the first itself
        return error.exit_code
    except VoiceSkillError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away: `voice-skill ask --batch | head`
        _print_no_more()
        return 141
    except OSError as error:
        print(f"It ended early: {error.strerror or error}. Look where the output goes.", file=sys.stderr)
        _print_no_more()
        return 1


def _print_no_more() -> None:
    """Send what is still to be printed nowhere, or Python would complain at its end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _speak_utf8() -> None:
    """Print what was asked in any language, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")


def _config(options: argparse.Namespace) -> Config:
    if options.run is commands.examine:
        return Config()  # the doctor reads the settings itself, also broken ones
    settings = config.load(options.config, os.environ)
    given = {
        name: getattr(options, name)
        for name in ("bundle", "model", "region")
        if getattr(options, name) is not None
    }
    return replace(settings, **given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voice-skill",
        description="An offline voice skill for leg cramps at night.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    _add_settings(parser)
    _add_log(parser, None)
    parser.set_defaults(run=commands.converse)
    names = parser.add_subparsers(title="commands", metavar="COMMAND")

    typed = _add(names, "type", commands.converse_typed, "the same conversation with the keyboard")
    typed.add_argument("--silent", action="store_true", help="print the answers, do not speak them")
    _add_log(typed, argparse.SUPPRESS)

    ask = _add(names, "ask", commands.ask, "answer one typed utterance, without sound")
    ask.add_argument("text", nargs="*", help="the utterance, with or without quotes")
    ask.add_argument("--batch", action="store_true", help="read utterances from standard input, one a line")
    ask.add_argument("--state", choices=STATES, default="idle", help="what is going on (default: idle)")
    ask.add_argument("--json", action="store_true", help="print a JSON object for each utterance")
    ask.add_argument("--why", action="store_true", help="say how the answer was found")

    hear = _add(names, "hear", commands.hear, "recognise recordings and answer them")
    hear.add_argument("files", nargs="+", type=Path, metavar="FILE.wav")
    hear.add_argument("--state", choices=STATES, default="idle", help="what is going on (default: idle)")
    hear.add_argument("--json", action="store_true", help="print a JSON object for each recording")

    check = _add(names, "check", commands.check, "look for mistakes in a content bundle and run its tests")
    check.add_argument("folder", nargs="?", type=Path, help="the bundle's folder (default: the one in use)")

    say = _add(names, "say", commands.say, "speak a text, or write it to a file")
    say.add_argument("text")
    say.add_argument("--out", type=Path, metavar="FILE.wav", help="write the sound instead of playing it")

    demo = _add(names, "demo", commands.demo, "a conversation between a synthetic person and the skill")
    demo.add_argument("--out", type=Path, metavar="FILE.wav", help="write the sound instead of playing it")

    _add(names, "doctor", commands.examine, "look at every part: found, missing, and what to do")
    _add_models(_add(names, "models", model_commands.list_models, "fetch, choose and verify speech models"))
    return parser


def _add_models(models: argparse.ArgumentParser) -> None:
    models.formatter_class = argparse.RawDescriptionHelpFormatter
    models.epilog = MODEL_EXAMPLES
    names = models.add_subparsers(title="what to do with them", metavar="WHAT")
    _add(names, "list", model_commands.list_models, "the models here, and which one is in use and why")

    get = _add(names, "get", model_commands.get, "fetch an official model; goes on where it broke off")
    get.add_argument("name", choices=list(KNOWN), help="which one")
    get.add_argument("--from", dest="file", type=Path, metavar="FILE.zip", help="its archive, if you have it")
    get.add_argument("--host", default=HOST, metavar="URL", help="fetch it from here (default: %(default)s)")

    use = _add(names, "use", model_commands.use, "choose which model is used from now on")
    use.add_argument("name", help=f"a name from the list, or '{model_commands.BEST}' to go back")

    remove = _add(names, "remove", model_commands.remove, "delete a model that was fetched")
    remove.add_argument("name", help="a name from the list")

    verify = _add(names, "verify", model_commands.verify, "look at every file, and let Vosk load it")
    verify.add_argument("name", nargs="?", help="a name from the list (default: all)")


def _add(
    names: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: object, text: str
) -> argparse.ArgumentParser:
    parser = names.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    _add_settings(parser, argparse.SUPPRESS)
    return parser


def _add_settings(parser: argparse.ArgumentParser, default: object = None) -> None:
    add = parser.add_argument
    add("--config", type=Path, metavar="FILE", default=default, help="settings file")
    add("--bundle", type=Path, metavar="DIR", default=default, help="folder of a content bundle of your own")
    add("--model", type=Path, metavar="DIR", default=default, help="folder of a Vosk model")
    add("--region", default=default, help="whose telephone numbers are spoken: uk, us, eu and others")


def _add_log(parser: argparse.ArgumentParser, default: object) -> None:
    # A command leaves it out by default, or it would undo what was given before the command.
    text = "write each event and effect as a line of JSON"
    parser.add_argument("--log", type=Path, metavar="FILE", default=default, help=text)


if __name__ == "__main__":
    sys.exit(main())
