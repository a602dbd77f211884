"""Decides about films. Pure: no file, clock, process or environment."""
