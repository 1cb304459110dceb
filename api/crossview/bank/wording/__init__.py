"""How a question is read, the rules that say what is wrong with its wording, and what they find.

Nothing here knows a file, a server or a database: the command line, the API and an editor ask the same rules.
"""
