"""Quality control: looking at what was encoded."""
