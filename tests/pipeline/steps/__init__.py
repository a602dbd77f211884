"""Tests of pipeline/steps."""
