"""The names of the tokenizers a size can be counted in; what counts with them is in `tokens/`."""

AUTO = "auto"
"""The setting that lets the model decide."""

CLAUDE_V3 = "claude-v3"
CLAUDE_V4_7 = "claude-v4.7"
CLAUDE_V4_8 = "claude-v4.8"
"""Claude's, by the first model that counts so."""

CL100K = "cl100k_base"
O200K = "o200k_base"
"""OpenAI's, by the encoding's own name."""

TOKENIZERS = (CLAUDE_V3, CLAUDE_V4_7, CLAUDE_V4_8, CL100K, O200K)
