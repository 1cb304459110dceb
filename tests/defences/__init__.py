"""Each defence is taken away once, and some test has to miss it: `python -m tests.defences`."""
