"""``python -m voice_skill`` is the command ``voice-skill``."""

import sys

from voice_skill.cli import main

if __name__ == "__main__":
    sys.exit(main())
