"""Promises of the policies."""
