"""Fakes that implement the engine's ports, in memory and on virtual time."""
