-- Before every script. KEYS[1] is the prefix: it carries the hash tag, so all keys are in one slot.
local P = KEYS[1]

-- A mebibyte: of a list of sessions the rest waits for the next call.
local MOST_BYTES = 1024 * 1024

-- Arguments in order: lists stand behind their length.
local position = 0
local function arg()
  position = position + 1
  return ARGV[position]
end
local function number()
  return tonumber(arg())
end

-- A kept session: rev (8 bytes), absolute end (20 digits), how many tokens and how long a user id (a byte each), the
-- tokens (32 bytes each), the user id, the session itself.
local function rev_of(kept)
  return string.sub(kept, 1, 8)
end
local function absolute_of(kept)
  return tonumber(string.sub(kept, 9, 28))
end
local function tokens_of(kept)
  local tokens = {}
  for i = 1, string.byte(kept, 29) do
    tokens[i] = string.sub(kept, 32 * i - 1, 32 * i + 30)
  end
  return tokens
end
local function user_of(kept)
  local from = 31 + 32 * string.byte(kept, 29)
  return string.sub(kept, from, from + string.byte(kept, 30) - 1)
end

-- Kept until a sweep of that time forgets it; the server's own expiry is for what nobody sweeps.
local function keep(name, value, till, backstop)
  redis.call('SET', P .. name, value, 'PX', backstop)
  redis.call('ZADD', P .. 'until', till, name)
end

-- A live session, its tokens, and where it is found.
local function write(id, kept, deadline, backstop)
  redis.call('SET', P .. 'r:' .. id, kept, 'PX', backstop)
  for _, token in ipairs(tokens_of(kept)) do
    redis.call('SET', P .. 't:' .. token, 'L' .. id, 'PX', backstop)
  end
  redis.call('ZADD', P .. 'due', deadline, id)
  redis.call('ZADD', P .. 'live', 0, id)
  local user = user_of(kept)
  if user ~= '' then
    local index = P .. 'u:' .. user
    redis.call('SADD', index, id)
    if redis.call('PTTL', index) < tonumber(backstop) then
      redis.call('PEXPIRE', index, backstop)
    end
  end
end

local function unlist(id, user)
  redis.call('ZREM', P .. 'due', id)
  redis.call('ZREM', P .. 'live', id)
  if user ~= '' then
    redis.call('SREM', P .. 'u:' .. user, id)
  end
end

local function generation_of(user)
  local own = tonumber(redis.call('GET', P .. 'n:' .. user) or '0')
  local all = tonumber(redis.call('GET', P .. 'all') or '0')
  return math.max(own, all)
end

-- A number that was never drawn before, also if the server lost what it knew: no less than the time. (Where that is a time
-- at all: far beyond, one more would be the same number.)
local function next_generation(now)
  local last = tonumber(redis.call('GET', P .. 'last') or '0')
  local time = tonumber(now) < 2 ^ 52 and tonumber(now) or 0
  local drawn = string.format('%.0f', math.max(last + 1, time))
  redis.call('SET', P .. 'last', drawn)
  return drawn
end

-- The first write of a script decides whether a server that is full lets it run, and one that takes room from nobody is
-- let through: what lowers a session must not fail for want of memory.
local function lowering()
  redis.call('DEL', P .. 'nothing')
end

local function equal_sets(ids, expected)
  if #ids ~= #expected then
    return false
  end
  local known = {}
  for _, id in ipairs(expected) do
    known[id] = true
  end
  for _, id in ipairs(ids) do
    if not known[id] then
      return false
    end
  end
  return true
end
