"""Tests of the room farm.tables."""
