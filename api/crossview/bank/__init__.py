"""Question banks: the rules of wording, files of questions, the linter of the service (`linting`), and its banks.

`wording` and `files` know no server. The service keeps every version of a question, so that a script can say which one it took.
"""
