"""Interviews: when and where they happen, who watches from which seat, and what was asked.

What is said in them, and what may be shown of it, lives in the rooms of consent and results.
"""
