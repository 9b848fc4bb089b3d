"""The one partitions definition: a partition is a title."""

import dagster as dg

TITLES = "titles"

titles = dg.DynamicPartitionsDefinition(name=TITLES)
