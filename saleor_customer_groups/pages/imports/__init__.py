"""Members from a file: upload, columns, dry run, report, apply, undo."""
