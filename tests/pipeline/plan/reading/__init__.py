"""Tests of `pipeline.plan.reading`."""
