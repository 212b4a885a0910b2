"""How discounts are computed and written."""
