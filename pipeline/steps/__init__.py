"""Does what was planned: files in, files out, safe to run twice."""
