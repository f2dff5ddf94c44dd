"""From the microphone to words: PortAudio or a WAV file, the endpoint, Vosk, and their thread."""
