"""Values only: what an operator may set. Imports nothing of ours."""
