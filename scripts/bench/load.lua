-- What wrk sends in `make bench`: `wrk -s load.lua URL -- small` or `-- conversation`.
--
-- small         one body of 1 KB.
-- conversation  what a coding agent sends: each turn repeats the whole history. About 142 KB a request, of which 90 KB
--               are 28 tools and 2 KB are new in each turn; after the last turn a new conversation begins under a new
--               session id, which also stands in every message, so that no two conversations share their history.
--               Requests are made before the run; only the ids are written into them during it.
--
-- At the end one line of JSON with the figures goes to stdout, after `RESULT `.

local ffi = require("ffi")

local turns = 16
-- What a thread keeps going side by side: more than its connections, so that a turn follows the answer to the one before.
local conversations = 36
local started_at = os.time()

local head = table.concat({
  "POST %s HTTP/1.1",
  "Host: 127.0.0.1",
  "Accept: application/json",
  "Content-Type: application/json",
  "User-Agent: claude-cli/2.1.219 (external, cli)",
  "anthropic-version: 2023-06-01",
  "anthropic-beta: claude-code-20250219,interleaved-thinking-2025-05-14",
  "x-api-key: bench-no-key",
  "x-app: cli",
  "%s",
  "Content-Length: %d",
  "",
  "",
}, "\r\n")

local words = {
  "the", "proxy", "writes", "every", "byte", "down", "before", "it", "passes", "on", "return", "value", "if", "file",
  "line", "of", "code", "reads", "path", "and", "then", "test", "shows", "that", "nothing", "was", "lost",
}

-- Text of about so many bytes, the same for the same seed.
local function text(size, seed)
  local parts, length, state = {}, 0, seed
  while length < size do
    state = (state * 1103515245 + 12345) % 2147483648
    local word = words[state % #words + 1]
    parts[#parts + 1] = word
    length = length + #word + 1
  end
  return table.concat(parts, " ")
end

local function tools()
  local list = {}
  for index = 1, 28 do
    list[index] = string.format(
      '{"name":"tool_%d","description":"%s","input_schema":{"type":"object","properties":'
        .. '{"path":{"type":"string","description":"%s"},"limit":{"type":"integer"}},"required":["path"]}}',
      index, text(2900, index), text(150, 100 + index))
  end
  return "[" .. table.concat(list, ",") .. "]"
end

local function system()
  local blocks = {}
  for index, size in ipairs({ 60, 400, 14000 }) do
    blocks[index] = string.format(
      '{"type":"text","text":"%s","cache_control":{"type":"ephemeral"}}', text(size, 1000 + index))
  end
  return "[" .. table.concat(blocks, ",") .. "]"
end

-- Stands for a session id and is as long as one.
local placeholder = "@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@"
local small
local requests = {} -- requests[conversation][turn] = { text = request, places = offsets of the id }
local ids = {}
local counter = 0
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

local function make_small()
  local body = string.format(
    '{"model":"claude-sonnet-4-5-20250929","max_tokens":64,"messages":[{"role":"user","content":"%s"}]}', text(900, 7))
  small = string.format(head, "/v1/messages", "x-stainless-retry-count: 0", #body) .. body
end

local function make_conversation(conversation, tools, system)
  local messages = {}
  requests[conversation] = {}
  -- The history a conversation begins with makes the median request as long as a recorded one.
  messages[1] = string.format(
    '{"role":"user","content":"%s: %s"}', placeholder, text(20000, number * 100 + conversation))
  for turn = 1, turns do
    local seed = (number * 100 + conversation) * 1000 + turn
    messages[#messages + 1] = string.format(
      '{"role":"assistant","content":[{"type":"tool_use","id":"toolu_%s_%d","name":"tool_1","input":{"path":"%s"}}]}',
      placeholder, seed, text(300, seed))
    local result = string.format(
      '{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_%s_%d","content":"%s"', placeholder,
      seed, text(1600, seed + 500))
    -- The last message carries the cache marker, and loses it in the next turn.
    local body = string.format(
      '{"model":"claude-sonnet-4-5-20250929","messages":[%s,%s,"cache_control":{"type":"ephemeral"}}]}],'
        .. '"system":%s,"tools":%s,"metadata":{"user_id":"{\\"device_id\\":\\"%s\\",\\"account_uuid\\":\\"\\",'
        .. '\\"session_id\\":\\"%s\\"}"},"max_tokens":32000,"stream":true}',
      table.concat(messages, ","), result, system, tools, string.rep("0", 64), placeholder)
    messages[#messages + 1] = result .. "}]}"
    local request = string.format(
      head, "/v1/messages?beta=true", "x-claude-code-session-id: " .. placeholder, #body) .. body
    local places, place = {}, 0
    while true do
      place = request:find(placeholder, place + 1, true)
      if not place then break end
      places[#places + 1] = place - 1
    end
    requests[conversation][turn] = { text = request, places = places }
  end
end

function init(args)
  if args[1] == "conversation" then
    local tools, system = tools(), system()
    for conversation = 1, conversations do make_conversation(conversation, tools, system) end
    request = conversation_request
  else
    make_small()
    request = function() return small end
  end
end

function conversation_request()
  local conversation = counter % conversations + 1
  local turn = math.floor(counter / conversations) % turns + 1
  if turn == 1 then
    ids[conversation] = string.format(
      "%08x-%04x-4000-8000-%04x%08x", started_at, number, conversation, counter)
  end
  counter = counter + 1
  local id, request = ids[conversation], requests[conversation][turn]
  -- In place, which Lua does not know of strings: to build them anew costs more than what is measured.
  local bytes = ffi.cast("char *", request.text)
  for _, place in ipairs(request.places) do ffi.copy(bytes + place, id, #placeholder) end
  return request.text
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"bad_status":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
