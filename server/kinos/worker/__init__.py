"""The other process: it imports the SDK and aider, and knows nothing of the engine."""
