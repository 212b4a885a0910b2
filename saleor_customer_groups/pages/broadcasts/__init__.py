"""Broadcasts: composing a message, seeing whom it reaches, sending it, and what became of it."""
