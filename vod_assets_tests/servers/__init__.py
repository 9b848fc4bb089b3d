"""Real servers on loopback, started for a test session and stopped by process id."""
