"""The names of the tokenizers a size can be counted in; what counts with them is in `tokens/`."""

AUTO = "auto"
"""The setting that lets the model decide."""

TOKENIZERS = ("claude-v3", "claude-v4.7", "claude-v4.8", "cl100k_base", "o200k_base")
"""Claude's by the first model that counts so, OpenAI's by the encoding's own name."""
