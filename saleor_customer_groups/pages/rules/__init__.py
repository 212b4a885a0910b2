"""The rules of segments: a builder without scripts of its own, with a live count."""
