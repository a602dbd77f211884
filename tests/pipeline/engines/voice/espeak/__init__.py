"""Tests of pipeline/engines/voice/espeak."""
