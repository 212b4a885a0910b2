"""Members from outside: pasted lines, and imports of files with dry run, report and undo."""
