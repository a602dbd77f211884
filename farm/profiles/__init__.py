"""Profiles of people: added with their consent, and found by those who may use them."""
