"""What hearing and speaking share: samples, WAV files, PortAudio devices."""
