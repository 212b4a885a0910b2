"""Fills the shop: each part may be run again and then changes nothing."""
