"""Customer groups for Saleor: groups of customers that decide what shoppers pay."""

__version__ = "0.1.0"
