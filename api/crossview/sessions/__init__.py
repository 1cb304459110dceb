"""Interviews: when and where they happen, and who watches from which seat.

What is said in them, and what may be shown of it, lives in the rooms of consent and results.
"""
