"""Pictures of groups: members over time, shares, revenue. SVG from the server, and as tables."""
