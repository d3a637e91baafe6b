"""The staff console: an application of its own, never on the public listener."""
