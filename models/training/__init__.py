"""Makes the skill's speech recogniser from nothing: `python -m models.training --help`."""
