-- Writes a session, if it is still what the caller saw.
local id, rev, kept, deadline, backstop = arg(), arg(), arg(), arg(), arg()
local user, expected, new = arg(), arg(), arg()
if user ~= '' and expected ~= '' and generation_of(user) ~= tonumber(expected) then
  return { 'reset' }
end
if new ~= '' and redis.call('EXISTS', P .. 't:' .. new) == 1 then
  return { 'taken' }
end
local old = redis.call('GET', P .. 'r:' .. id)
if not old then
  return { 'gone' }
end
if rev_of(old) ~= rev then
  return { 'changed', old }
end
write(id, kept, deadline, backstop)
local former_user = user_of(old)
if former_user ~= '' and former_user ~= user_of(kept) then
  redis.call('SREM', P .. 'u:' .. former_user, id)
end
local till = arg()
for _ = 1, number() do
  local token, what = arg(), arg()
  keep('t:' .. token, 'S' .. what, till, backstop)
end
return { 'done' }
