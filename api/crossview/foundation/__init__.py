"""The floor that every slice stands on: database, refusals, permissions, events, clock, settings and HTTP conventions.

Nothing here knows what a study, a script or a ballot is.
"""
