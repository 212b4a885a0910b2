"""Holds the miniature Saleor of sandbox/ to the real one. Runs on the real one only."""
