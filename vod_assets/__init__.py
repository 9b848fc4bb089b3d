"""Turn source titles into published video on demand, as a Dagster asset graph."""

__version__ = "0.1.0"
