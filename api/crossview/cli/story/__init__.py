"""The demo's story: its people and their questions, and how it is told over the public HTTP API alone.

Nothing here starts or stops a server; it is handed a client, the link that founds the workspace, and a stage to speak from.
"""
