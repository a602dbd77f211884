"""Tests of pipeline/engines/face/wav2lip."""
