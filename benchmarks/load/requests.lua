-- What the load generator asks for: CASE, SCRIPTS, FIRST and HOT come from the environment.
local case = os.getenv("CASE")
local scripts = tonumber(os.getenv("SCRIPTS") or "2000")
local hot = os.getenv("HOT") == "1"
local given = tonumber(os.getenv("FIRST") or "0")
local choices = { "keep", "drop", "pass" }

math.randomseed(tonumber(os.getenv("SEED") or "1"))

local function token()
  return { ["Authorization"] = string.format("Bearer cv_load%03d", math.random(200)) }
end

local function script(number)
  return string.format("00000000-0000-7000-8001-%012d", number)
end

local function item(number, question)
  return string.format("00000000-0000-7000-8003-%012d", number * 100 + question)
end

-- A script with ballots, of which each tenth has.
local function judged()
  if hot then return 10 end
  return math.random(scripts / 10) * 10
end

local cases = {}

function cases.r1()
  return wrk.format("GET", "/v1/scripts/" .. script(judged()) .. "?include=tally", token())
end

function cases.r2()
  local cursor = string.format('"%s"', script(math.random(100, scripts)))
  return wrk.format("GET", "/v1/scripts?limit=50&cursor=" .. cursors(cursor), token())
end

function cases.w1()
  local headers = token()
  headers["Content-Type"] = "application/json"
  local body = string.format('{"revision":1,"choice":"%s"}', choices[math.random(3)])
  return wrk.format("PUT", "/v1/items/" .. item(judged(), math.random(50)) .. "/ballot", headers, body)
end

-- Each item once, so that its version is still the first; in scripts without ballots, which an edit would make stale.
function cases.w2()
  local headers = token()
  headers["Content-Type"] = "application/json"
  headers["If-Match"] = '"1"'
  local unjudged = math.floor(given / 50) % (scripts * 9 / 10)
  local number, question = unjudged + math.floor(unjudged / 9) + 1, given % 50 + 1
  given = given + 1
  return wrk.format("PATCH", "/v1/items/" .. item(number, question), headers,
    string.format('{"text":"Tell me about attempt %d at that export."}', given))
end

function cases.bare()
  return wrk.format("GET", "/")
end

-- Base64 of a cursor, which is all that the pages ask for.
function cursors(text)
  local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  local out = {}
  for at = 1, #text, 3 do
    local a, b, c = text:byte(at, at + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for place = 3, 0, -1 do
      local digit = math.floor(bits / 64 ^ place) % 64 + 1
      table.insert(out, letters:sub(digit, digit))
    end
    if not b then out[#out - 1] = "=" end
    if not c then out[#out] = "=" end
  end
  return table.concat(out):gsub("=", "%%3D")
end

request = cases[case]

function done(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
