"""One file an outside thing, each implementing one port of the engine."""
