"""Crossview: several departments write, judge and finish a user-interview script together.

Each folder below is a room of its own; `docs/architecture.md` walks through them. Nothing is imported here, so that the
linter of question banks starts without the web framework or the database driver.
"""
