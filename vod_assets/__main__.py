"""``python -m vod_assets`` is ``vod``."""

from vod_assets.cli.main import main

main()
