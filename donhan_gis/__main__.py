"""Run the command line: ``python -m donhan_gis``."""

from donhan_gis.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
