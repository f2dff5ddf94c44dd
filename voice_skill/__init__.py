"""An offline voice skill for night-time leg cramps; ``voice_skill.cli`` is the way in."""

__version__ = "0.1.0"
