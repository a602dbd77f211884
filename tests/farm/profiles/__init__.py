"""Promises about profiles of people."""
