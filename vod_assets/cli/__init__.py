"""The `vod` command line."""
