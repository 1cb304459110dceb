"""Studies, and what each department brings to one before anybody writes a question.

Scripts and sessions hang on a study and live in the rooms above.
"""
