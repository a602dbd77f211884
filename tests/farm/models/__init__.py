"""Promises of the farm's code."""
