"""A group's report as CSV or XLSX."""
