"""Database connections and fields."""
