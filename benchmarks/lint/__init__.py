"""How well the rules of wording find what is wrong with a question: `python -m benchmarks.lint`."""
