"""Decides about the farm. Pure: order, retry, holds."""
