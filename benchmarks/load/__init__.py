"""The service under load, beside the limit and its peers: `python -m benchmarks.load`."""
