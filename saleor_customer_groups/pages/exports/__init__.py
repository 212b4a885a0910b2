"""A group's members as a file: columns, progress, download, how long the file stays."""
