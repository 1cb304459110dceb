"""Question banks: rules of wording (`wording`), rules of structure (`structure`), and the files of a bank (`files`)."""
