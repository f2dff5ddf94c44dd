"""From sentences to the loudspeaker: pyttsx3 in a child process, our own player, and their thread."""
