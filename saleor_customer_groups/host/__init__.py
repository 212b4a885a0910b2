"""The only code, beside plugin.py, that imports Saleor: what can break stands here."""
