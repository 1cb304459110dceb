"""`crossview validate`: finds question banks, checks them, and says what was found in the form that was asked for.

`run.py` is the whole way; `options.py` reads what was asked for, `baseline.py` what is known already, and each `as_*.py` writes
one form. What a bank is and what is wrong with it is decided in `crossview.bank`.
"""
