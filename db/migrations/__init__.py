"""Every change of the ledger's schema, in order."""
