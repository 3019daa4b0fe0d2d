"""`demo`: the main job against three servers of our own."""
