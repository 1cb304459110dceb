"""The rules of structure: what shows only when the questions of a script, or of several banks, lie beside one another.

Nothing here knows a file, a server or a database: the command line gives it banks, and the API may give it a script.
"""
