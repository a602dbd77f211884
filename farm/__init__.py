"""The use cases of the farm, one file each, and the composition root."""
