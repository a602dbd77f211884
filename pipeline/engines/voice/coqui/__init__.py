"""The voice engine on Coqui TTS: natural and cloned voices, by models that the operator brings."""
