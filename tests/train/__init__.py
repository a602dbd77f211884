"""Tests of the training of the net that hears."""
