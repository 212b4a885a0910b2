"""A small stand-in of Saleor's Dashboard: a frame that shows our pages and speaks the bridge."""
