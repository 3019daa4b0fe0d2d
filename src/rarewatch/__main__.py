"""Lets `python -m rarewatch` do what the `rarewatch` command does."""

from rarewatch.cli import main

if __name__ == "__main__":
    main()
