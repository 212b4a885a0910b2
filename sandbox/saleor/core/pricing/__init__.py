"""What lines of a checkout and of an order have in common."""
