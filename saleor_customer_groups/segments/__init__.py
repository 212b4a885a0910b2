"""Segments: rules that say which customers belong, compiled to SQL over the shop's own tables."""
