"""Damaged batches by the thousand: each gives films' plans or coded errors, in bounded time and memory."""
