"""How webhooks are sent."""
