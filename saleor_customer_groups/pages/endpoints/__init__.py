"""Endpoints of other systems: who hears what happens here, and who may set something off."""
