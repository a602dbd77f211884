"""Remembers: the tables, and the ledger with every change of state."""
