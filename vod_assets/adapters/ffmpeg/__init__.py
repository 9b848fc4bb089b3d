"""The one builder of ffmpeg and ffprobe command lines, and readers of what they print."""
