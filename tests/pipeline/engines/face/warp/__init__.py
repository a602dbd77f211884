"""Tests of pipeline/engines/voice."""
