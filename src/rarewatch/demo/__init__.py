"""A self-contained demonstration: local peers that behave like the real ones."""
