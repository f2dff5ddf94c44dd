"""The content bundle: its types, its reader, and the rules that `voice-skill check` holds it against."""
