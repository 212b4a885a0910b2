"""As much of Saleor's GraphQL as our own API shares with it."""
