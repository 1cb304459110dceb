"""Question banks: the rules of wording (`wording`), files of questions (`files`), and the linter of the service (`linting`)."""
