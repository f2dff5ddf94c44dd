"""The exceptions of the skill, named after whose fault it is.

    VoiceSkillError
    ├── BundleError        the content bundle has mistakes (its author can mend them)
    ├── ConfigError        the configuration or the command line asks for something that cannot be
    ├── AudioFormatError   a recording is not a sound file that we can read
    ├── ModelError         a Vosk model is missing or broken
    ├── AudioDeviceError   a microphone or loudspeaker is missing, was lost, or stays silent
    ├── VoiceError         the speech synthesiser is missing, hung, or wrote rubbish
    └── MemoryStoreError   what must survive a crash could not be read or written

Every message is one sentence or two that say what happened, where, and what to do next, in words
that can be read aloud.  None of these ever reaches the user as a traceback: ``cli`` prints the message
and leaves with ``exit_code``, the running session speaks it and goes on.
"""

from __future__ import annotations


class VoiceSkillError(Exception):
    """Base of all; ``exit_code`` is what a command returns when it ends with this error."""

    exit_code = 1


class BundleError(VoiceSkillError):
    """The content bundle has mistakes; ``problems`` lists them all, one sentence each."""

    exit_code = 3

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class ConfigError(VoiceSkillError):
    """A setting is unknown, of the wrong kind, or out of range."""

    exit_code = 2


class AudioFormatError(VoiceSkillError):
    """A recording cannot be read as sound."""

    exit_code = 4


class ModelError(VoiceSkillError):
    """A Vosk model is missing, incomplete, or refused by Vosk."""

    exit_code = 5


class AudioDeviceError(VoiceSkillError):
    """No microphone or loudspeaker, or it went away."""

    exit_code = 6


class VoiceError(VoiceSkillError):
    """The synthesiser gave no sound."""

    exit_code = 7


class MemoryStoreError(VoiceSkillError):
    """The memory could not be read or written (disk full, no permission, damaged file)."""

    exit_code = 8
