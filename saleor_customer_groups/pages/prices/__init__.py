"""Prices of groups: rules, price lists, and why somebody pays what they pay."""
