"""Price rules, price lists and quotes."""
