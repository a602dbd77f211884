"""The writer `transformers`: language models of the operator's, through their own chat templates."""
