"""Tests of engines whose libraries take long to import: one process runs them all."""
