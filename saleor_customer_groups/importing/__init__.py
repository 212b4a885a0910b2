"""Many customers at once into or out of a group: pasted lines, CSV and XLSX."""
