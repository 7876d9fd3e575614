-- What `kinos/status` is, as docs/protocol.md has it; a test compares the two. Money is in US dollars, times are ISO 8601.

---@meta

---@class kinos.Status
---@field folder string
---@field trusted boolean
---@field phase kinos.status.Phase
---@field tokens kinos.status.Tokens
---@field documents kinos.status.Documents
---@field team kinos.status.Team
---@field agents kinos.status.Agent[]
---@field budget kinos.status.Budget
---@field waiting integer changes that wait for a person
---@field asked string[] documents that a person asked the team to consolidate
---@field check? kinos.status.Check
---@field revision kinos.status.Revision how often what is shown elsewhere has changed: ask again when a number grew

---@class kinos.status.Revision
---@field documents integer
---@field changes integer

---@class kinos.status.Phase
---@field name 'EXPANSION'|'CONVERGENCE'
---@field reason string
---@field since? string
---@field pinned boolean

---@class kinos.status.Tokens
---@field total integer
---@field limit integer
---@field percent number
---@field toConverge integer
---@field toExpand integer
---@field tokenizer string
---@field counted 'exact'|'unconfirmed'|'unavailable'

---@class kinos.status.Documents
---@field count integer
---@field long integer
---@field tooLong integer

---@class kinos.status.Team
---@field name string
---@field state 'stopped'|'starting'|'running'|'paused'|'stopping'
---@field reason string
---@field landing ''|'review'|'auto'
---@field rehearsal boolean
---@field since? string
---@field heldBy string who else works on the folder; empty if nobody does

---@class kinos.status.Agent
---@field name string
---@field state 'asleep'|'resting'|'planning'|'queued'|'editing'|'landing'|'failed'|'stopped'
---@field weight number how often it runs, beside the others; 0 is asleep
---@field task string
---@field files string[]
---@field since? string
---@field nextAt? string when it rests: until when
---@field cycles integer
---@field landed integer
---@field waiting integer
---@field refused integer
---@field failed integer
---@field tokensIn integer
---@field tokensOut integer
---@field usd? number
---@field successRate? number a share of 1
---@field meanSeconds? number
---@field said string what its model says right now; empty if nothing
---@field lastResult string
---@field lastError string
---@field deferred string why it does not go on though it could, else empty

---@class kinos.status.Budget
---@field usd? number
---@field usdCap number a cap of 0 is none
---@field tokens integer
---@field tokensCap integer
---@field runs integer
---@field runsCap integer
---@field runsEnd? integer after so many the run ends by itself
---@field minutes number
---@field minutesCap number
---@field usdToday? number
---@field unpricedToday integer
---@field usdPerDay number

---@class kinos.status.Check
---@field state 'passed'|'failed'|'timed out'|'could not start'|'not run'
---@field reason string
---@field command string[]
---@field time string
---@field seconds number
