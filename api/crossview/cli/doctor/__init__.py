"""The doctor: looks at an installation and says what is well, what is not, and what to do next. It changes nothing.

`examine.py` knows all checks and in which order they are asked. A check is one small function that returns one finding; the
others stand by what they look at, each module with its statements beside it.
"""
