"""The shelf of model files: weights that the operator brings, each with its card."""

from farm.models.shelf import Model, ModelShelf

__all__ = ["Model", "ModelShelf"]
