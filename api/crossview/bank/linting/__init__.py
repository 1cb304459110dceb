"""The linter in the service: drafts are linted as they are typed, and the rules can be read.

Nothing is kept here. What is known of the items of a script stands in `scripts`.
"""
