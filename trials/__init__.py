"""Trials: what is shown at a size that the tests only sample."""
