"""Plugins: how they are configured, found and called."""
