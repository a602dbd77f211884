"""The kinds of fault, one file for each family."""
