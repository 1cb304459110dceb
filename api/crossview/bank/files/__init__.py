"""Question banks as files: YAML, JSON and Markdown read with the place of every field, checked by the rules of wording.

Nothing here knows a server or a database: `crossview validate` runs from here alone.
"""
