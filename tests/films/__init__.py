"""What a finished film promises, with the real voice, face and FFmpeg."""
