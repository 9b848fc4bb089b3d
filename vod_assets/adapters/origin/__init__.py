"""Origins: where releases lie for players to fetch."""
