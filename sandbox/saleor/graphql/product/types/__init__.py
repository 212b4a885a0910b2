from .categories import Category
from .collections import Collection
from .products import Product, ProductVariant

__all__ = ["Category", "Collection", "Product", "ProductVariant"]
