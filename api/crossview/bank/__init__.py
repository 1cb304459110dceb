"""Question banks: how a question is read, the rules that say what is wrong with its wording, and what they find.

Nothing here knows a server or a database: `crossview validate` runs from this room alone.
"""
