"""Loyalty that orders earn: the rules, what is posted when, and what refunds take back."""
