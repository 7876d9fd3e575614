-- What `init_options` of the server takes. Made from the table of settings by `make docs`.

---@meta

---@class kinos.Options
---@field trusted? boolean whether agents may work in the folders
---@field settings? kinos.Settings

---@class kinos.Settings
---@field tokens? kinos.settings.tokens
---@field phase? kinos.settings.phase
---@field documents? kinos.settings.documents
---@field diagnostics? kinos.settings.diagnostics
---@field editor? kinos.settings.editor
---@field map? kinos.settings.map
---@field team? kinos.settings.team
---@field model? kinos.settings.model
---@field landing? kinos.settings.landing
---@field budget? kinos.settings.budget
---@field retry? kinos.settings.retry
---@field history? kinos.settings.history
---@field lock? kinos.settings.lock
---@field notifications? kinos.settings.notifications
---@field cache? kinos.settings.cache
---@field check? kinos.settings.check
---@field log? kinos.settings.log
---@field agents? kinos.settings.agents

---@class kinos.settings.tokens
---@field warn? integer a document above this is long (tokens); default: 6000
---@field error? integer a document above this is too long (tokens); default: 12000
---@field tokenizer? 'auto'|'claude-v3'|'claude-v4.7'|'claude-v4.8'|'cl100k_base'|'o200k_base' how sizes are counted: a tokenizer, or auto for the one of the team's model; default: auto

---@class kinos.settings.phase
---@field limit? integer the project's limit over all Markdown documents (tokens); default: 128000
---@field converge? number above this share of the limit the phase is CONVERGENCE; default: 0.6
---@field expand? number below this share of the limit the phase is EXPANSION; default: 0.5

---@class kinos.settings.documents
---@field exclude? string[] documents that are not counted or shown, beside ignored ones (globs)
---@field maxBytes? integer a larger file is not counted (bytes); default: 5242880

---@class kinos.settings.diagnostics
---@field mode? 'off'|'openFiles'|'workspace' where diagnostics are shown: of sizes, and of files below .kinos/; default: workspace
---@field severityLong? 'error'|'warning'|'information'|'hint' the severity for a long document; default: warning
---@field severityTooLong? 'error'|'warning'|'information'|'hint' the severity for a document that is too long; default: error

---@class kinos.settings.editor
---@field symbols? boolean the outline of a document, with the size of each section; default: True
---@field lenses? boolean lines above a document that say its size, who works on it and what waits for you; default: True
---@field hints? boolean the size of each section behind its heading; default: True
---@field hover? boolean what is known of a section, a document or an agent you point at; default: True
---@field links? boolean links in the map, and to the map and the request; default: True
---@field changes? boolean what an agent changed last in an open document is marked; default: True

---@class kinos.settings.map
---@field write? 'auto'|'always'|'never' when the map's file is written: auto is while a team runs or when it already exists; default: auto

---@class kinos.settings.team
---@field name? string the team to start; empty: the last one here, else chosen
---@field parallel? integer cycles that may run at the same time; default: 2

---@class kinos.settings.model
---@field plan? string the model that decides; default: claude-sonnet-5-5
---@field edit? string the model that edits; default: claude-sonnet-5-5
---@field maxTokens? integer the longest answer of the planner; a model that thinks gets 16,000 more, 64,000 in all at most (tokens); default: 4000
---@field temperature? number sent to the model only if set
---@field endpoint? string the address of Claude's API, if not Anthropic's own
---@field openaiEndpoint? string the address of a server that speaks OpenAI's protocol, for models openai/NAME; empty: OpenAI's own
---@field ollamaEndpoint? string the address of Ollama, for models ollama/NAME; empty: this machine's
---@field otherProvider? string one more provider by litellm's name, such as mistral: its models, mistral/NAME, get model.otherKey
---@field prices? table<string, table> prices by model or provider, over the built-in list (US dollars per million tokens, and per thousand web searches (search))

---@class kinos.settings.landing
---@field mode? ''|'review'|'auto' review: each change waits for a person; auto: it lands; empty: review in an editor, auto in a terminal
---@field edit? string[] what agents may edit besides text outside dot-folders (globs)

---@class kinos.settings.budget
---@field usd? number a session's cap; 0 is none (US dollars); default: 5
---@field tokens? integer a session's cap, in and out together; 0 is none (tokens); default: 2000000
---@field runs? integer a session's cap; 0 is none (cycles); default: 200
---@field minutes? number a session's cap; 0 is none (minutes); default: 120
---@field usdPerDay? number a day's cap over all your workspaces and terminals together; 0 is none (US dollars); default: 20

---@class kinos.settings.retry
---@field attempts? integer how often a model call is tried, in all; default: 4
---@field delay? number the wait before the second try, of which chance takes up to half; it doubles, up to a minute (seconds); default: 1
---@field codes? integer[] answers that are tried again (HTTP codes); default: 408 409 429 500 502 503 504 529

---@class kinos.settings.history
---@field days? integer for so long what a change made of its files is kept, to undo and redo it (days); default: 30
---@field bytes? integer no more than this is kept of it; the oldest goes first (bytes); default: 200000000

---@class kinos.settings.lock
---@field timeout? number how long a terminal waits for a held folder; an editor is told at once (seconds); default: 10
---@field interval? number how often to try meanwhile (seconds); default: 0.1

---@class kinos.settings.notifications
---@field queue? integer how many notifications wait for an editor that reads slowly, before the least important are left out (count); default: 1000
---@field batch? integer how many of them are handed to the editor in one go (count); default: 50
---@field kinds? string[] which kinds of notifications an editor is told; error and system always are; default: system error flash content status warning success info

---@class kinos.settings.cache
---@field bytes? integer how large the memory of counted sizes may become (bytes); default: 67108864
---@field days? integer what was not used for so long is forgotten (days); default: 30
---@field cleanup? integer how often that memory is looked after (seconds); default: 3600

---@class kinos.settings.check
---@field command? string[] run after changes of agents landed, without shell and keys; the program first (words)
---@field timeout? number it is ended after so long (seconds); default: 120
---@field unreviewed? boolean it also runs on code of agents that no person has accepted; default: False

---@class kinos.settings.log
---@field level? 'error'|'warning'|'info'|'debug' how much is logged; DEBUG=true in the environment is debug; default: info
---@field file? string where the log is written; empty: kinos.log in .kinos/state/, once that is there (path)

---@class kinos.settings.agents
---@field python? string the Python interpreter that has aider; empty: the one KinOS runs in
