"""Promises of the tasks's code."""
