"""Interview guides in Markdown: `read` makes a script document of one, `write` makes one of a script document.

Pure text to value and back. Where guides come from, and what becomes of the document, is decided elsewhere.
"""
