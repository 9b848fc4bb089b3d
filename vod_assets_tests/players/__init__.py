"""The player page with each player that other sites use, in a real browser, clear and encrypted."""
