"""Promises of the worker's code."""
