"""A small storefront over the miniature Saleor, to see group prices with one's own eyes."""
