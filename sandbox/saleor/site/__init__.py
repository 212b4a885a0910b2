"""Settings of the whole shop."""
