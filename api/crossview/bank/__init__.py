"""Question banks: rules of wording and of structure, files of questions, the linter of the service (`linting`), and its banks.

`wording`, `structure` and `files` know no server. The service keeps every version of a question, so that a script can say which
one it took.
"""
