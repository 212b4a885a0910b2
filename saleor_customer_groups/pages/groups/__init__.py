"""Groups: the list, making and changing them, their members and history."""
