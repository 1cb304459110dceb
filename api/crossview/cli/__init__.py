"""The command line: what an operator, a script or a newcomer types. It starts rooms and calls them; it decides nothing.

No command may cost more to start than it uses, so each one imports its room when it is called.
"""

from crossview.cli.commands import main

__all__ = ["main"]
