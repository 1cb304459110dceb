"""The rules of structure, one module each: `cvNNN_<what it finds>.py` holds one `RULE`."""
