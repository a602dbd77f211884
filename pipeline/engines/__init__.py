"""Replaceable models behind small protocols: voice, face and eye."""
