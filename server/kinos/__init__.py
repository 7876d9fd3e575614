"""KinOS: a team of autonomous agents in the editor, and the exact size of every document in tokens."""

__version__ = "0.1.0"
