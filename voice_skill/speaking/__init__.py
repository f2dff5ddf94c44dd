"""From sentences to the loudspeaker: pyttsx3 in a child process, our own player, and the thread that owns them."""
