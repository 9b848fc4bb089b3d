"""The one partitions definition: a partition is a title; and what stands for all that Dagster does not see of it."""

import dagster as dg

TITLES = "titles"
TITLE_STATE = dg.AssetKey("title_state")

titles = dg.DynamicPartitionsDefinition(name=TITLES)
