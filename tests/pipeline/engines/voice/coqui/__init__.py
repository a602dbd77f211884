"""Tests that mirror `pipeline.engines.voice.coqui`, as far as no library is needed."""
