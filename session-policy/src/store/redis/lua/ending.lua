-- Before every script that ends sessions: when, until when the caller has the claim ('' if nobody listens), and until when
-- tombstones and claims are kept.
local at, lease = arg(), arg()
local tomb_till, tomb_backstop = arg(), arg()
local claim_till, claim_backstop = arg(), arg()

local function claim(id, reason, kept)
  if lease ~= '' then
    keep('c:' .. id, at .. string.char(#reason) .. reason .. kept, claim_till, claim_backstop)
    redis.call('ZADD', P .. 'leases', lease, id)
  end
end

local function bury(id, reason)
  local kept = redis.call('GET', P .. 'r:' .. id)
  if not kept then
    -- Only the server's own expiry can have taken it.
    unlist(id, '')
    return false
  end
  lowering()
  redis.call('DEL', P .. 'r:' .. id)
  unlist(id, user_of(kept))
  for _, token in ipairs(tokens_of(kept)) do
    keep('t:' .. token, 'E' .. reason, tomb_till, tomb_backstop)
  end
  keep('g:' .. id, 'E' .. reason, tomb_till, tomb_backstop)
  claim(id, reason, kept)
  return kept
end

-- What a script that ended several says: how many, and with a lease what they were.
local function buried(ended)
  local answer = { #ended }
  if lease ~= '' then
    for i, kept in ipairs(ended) do
      answer[i + 1] = kept
    end
  end
  return answer
end
