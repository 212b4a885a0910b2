"""What the Dashboard's own pages of customers show of ours: a widget, and an act on many."""
