"""What the departments think of an item and what follows from it: balanced score, dissent, the minutes by Equal Shares.

The rules are pure and exact. Texts and their revisions live in `scripts`; what is done with a finished script, above.
"""
