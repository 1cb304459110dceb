"""What a browser sees: the entrance, the API page, the pages of errors, and whether the service is alive and ready.

Everything is served from the package; no page makes a request elsewhere.
"""
