"""Tests of pipeline/engines/writer."""
