"""Connections to other tools, and what is on its way to them: publishing, delivering, dead letters, and the registry of copies.

What a moment says is read from the slices by loaders that `app` hands in; which plugin takes it is known by `plugin`.
"""
