local id, token, kept, deadline, backstop = arg(), arg(), arg(), arg(), arg()
local user, expected = arg(), arg()
local presented, tombstone, till = arg(), arg(), arg()
local limited = arg() == '1'

if user ~= '' and expected ~= '' and generation_of(user) ~= tonumber(expected) then
  return { 'reset' }
end
if redis.call('EXISTS', P .. 't:' .. token, P .. 'r:' .. id, P .. 'g:' .. id, P .. 'c:' .. id) > 0 then
  return { 'taken' }
end

-- What there is: the session that the presented token opens, and the user's others.
local place = presented ~= '' and redis.call('GET', P .. 't:' .. presented) or ''
local live, live_kept = '', ''
if string.sub(place, 1, 1) == 'L' then
  live_kept = redis.call('GET', P .. 'r:' .. string.sub(place, 2)) or ''
  live = live_kept ~= '' and string.sub(place, 2) or ''
end
local others, others_kept = {}, {}
if limited and user ~= '' then
  for _, other in ipairs(redis.call('SMEMBERS', P .. 'u:' .. user)) do
    local other_kept = other ~= live and redis.call('GET', P .. 'r:' .. other)
    if other_kept then
      others[#others + 1], others_kept[other] = other, other_kept
    end
  end
end

-- What the caller decided, and for what: if there is something else by now, it decides again.
local replaced, replaced_rev, replaced_reason = arg(), arg(), arg()
local formers = {}
for i = 1, number() do
  formers[i] = { arg(), arg() }
end
local expected_others, revs = {}, {}
for i = 1, number() do
  expected_others[i], revs[i] = arg(), arg()
end
local holds = live == replaced and equal_sets(others, expected_others)
for i, other in ipairs(expected_others) do
  holds = holds and rev_of(others_kept[other]) == revs[i]
end
holds = holds and (live == '' or rev_of(live_kept) == replaced_rev)
local victims = {}
for i = 1, number() do
  victims[i] = { arg(), arg() }
  holds = holds and others_kept[victims[i][1]]
end
if not holds then
  local answer = { 'decide', live_kept }
  for i, other in ipairs(others) do
    answer[i + 2] = others_kept[other]
  end
  return answer
end

local answer = { 'done' }
for _, victim in ipairs(victims) do
  answer[#answer + 1] = bury(victim[1], victim[2])
end
if live ~= '' then
  redis.call('DEL', P .. 'r:' .. live)
  unlist(live, user_of(live_kept))
  for _, former in ipairs(formers) do
    keep('t:' .. former[1], 'S' .. former[2], till, backstop)
  end
  keep('g:' .. live, 'S' .. id, till, backstop)
  if replaced_reason ~= '' then
    claim(live, replaced_reason, live_kept)
    answer[#answer + 1] = live_kept
  end
end
write(id, kept, deadline, backstop)
if string.sub(place, 1, 1) == 'E' then
  keep('t:' .. presented, 'S' .. tombstone, till, backstop)
end
return answer
