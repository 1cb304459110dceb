"""The schema as numbered steps, and the roles they rely on. `foundation/migrations.py` runs them."""
