"""The rules of wording, one module each: `cvNNN_<what it finds>.py` holds one `RULE`."""
