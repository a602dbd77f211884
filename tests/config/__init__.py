"""Promises about config: what operators deploy."""
