"""Small shared pieces, named as in Saleor."""
