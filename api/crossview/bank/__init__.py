"""Question banks: the rules of wording (`wording`), and the files that questions are kept in (`files`)."""
