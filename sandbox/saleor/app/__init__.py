"""Apps: other programs that work with the shop, and pages of theirs in the Dashboard."""
