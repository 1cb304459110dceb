"""Studies and their scripts: sections, items, revisions, the lifecycle from draft to sealed version, import and export.

Judging lives in `votes`, running the interview in `sessions`.
"""
