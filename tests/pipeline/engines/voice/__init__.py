"""Tests of pipeline/engines/voice."""

import pytest

# The contract's assertions tell what was found, whoever imports its tests.
pytest.register_assert_rewrite("tests.pipeline.engines.voice.contract")
