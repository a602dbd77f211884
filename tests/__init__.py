"""Promises of the house, mirrored by rooms."""
