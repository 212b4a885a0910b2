"""The shop of sandbox/ as its shoppers use it."""
