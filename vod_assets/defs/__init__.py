"""Everything that imports Dagster: the asset graph, its checks, resources and jobs."""
