"""One module per outside system, behind the protocols of `vod_assets.ports`."""
