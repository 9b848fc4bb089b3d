"""The ``vod`` command line under the name ``manage.py``."""

from vod_assets.cli.main import main

if __name__ == "__main__":
    main()
