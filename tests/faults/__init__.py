"""Faults, done to a whole farm of real processes, and the proof that nothing came of them."""
