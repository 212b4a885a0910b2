"""Baskets on their way to an order."""
