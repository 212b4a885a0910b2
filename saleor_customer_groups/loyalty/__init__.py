"""Loyalty: points, cashback and credit."""
