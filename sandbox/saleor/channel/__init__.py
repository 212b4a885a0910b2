"""Channels: a market with its currency."""
