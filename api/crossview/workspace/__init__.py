"""A workspace and the people in it: departments, members with their roles, invitations and tokens.

What these people make together lives in the rooms above.
"""
