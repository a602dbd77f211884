"""The ear `whisper`: OpenAI's speech recognition, with a model of the operator's."""
