"""Groups: who is in which, and which group a newcomer enters."""
