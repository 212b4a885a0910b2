"""What every other part of the miniature builds on."""
