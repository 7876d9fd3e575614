-- The settings of the server with their defaults; `vim.NIL` is none. Made from the table of settings by `make docs`.

return {
  tokens = {
    warn = 6000,
    error = 12000,
    tokenizer = 'auto',
  },
  phase = {
    limit = 128000,
    converge = 0.6,
    expand = 0.5,
  },
  documents = {
    exclude = {},
    maxBytes = 5242880,
  },
  diagnostics = {
    mode = 'workspace',
    severityLong = 'warning',
    severityTooLong = 'error',
  },
  editor = {
    symbols = true,
    lenses = true,
    hints = true,
    hover = true,
    links = true,
    changes = true,
  },
  map = {
    write = 'auto',
  },
  team = {
    name = '',
    parallel = 2,
  },
  model = {
    plan = 'claude-sonnet-5-5',
    edit = 'claude-sonnet-5-5',
    maxTokens = 4000,
    temperature = vim.NIL,
    endpoint = '',
    openaiEndpoint = '',
    ollamaEndpoint = '',
    otherProvider = '',
    prices = {},
  },
  landing = {
    mode = '',
    edit = {},
  },
  budget = {
    usd = 5,
    tokens = 2000000,
    runs = 200,
    minutes = 120,
    usdPerDay = 20,
  },
  retry = {
    attempts = 4,
    delay = 1,
    codes = { 408, 409, 429, 500, 502, 503, 504, 529 },
  },
  history = {
    days = 30,
    bytes = 200000000,
  },
  lock = {
    timeout = 10,
    interval = 0.1,
  },
  notifications = {
    queue = 1000,
    batch = 50,
    kinds = { 'system', 'error', 'flash', 'content', 'status', 'warning', 'success', 'info' },
  },
  cache = {
    bytes = 67108864,
    days = 30,
    cleanup = 3600,
  },
  check = {
    command = {},
    timeout = 120,
    unreviewed = false,
  },
  log = {
    level = 'info',
    file = '',
  },
  agents = {
    python = '',
  },
}
