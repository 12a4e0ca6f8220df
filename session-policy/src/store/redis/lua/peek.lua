-- What a change of a session depends on.
local id, user, expected, new = arg(), arg(), arg(), arg()
if user ~= '' and expected ~= '' and generation_of(user) ~= tonumber(expected) then
  return { 'reset' }
end
if new ~= '' and redis.call('EXISTS', P .. 't:' .. new) == 1 then
  return { 'taken' }
end
local kept = redis.call('GET', P .. 'r:' .. id)
if not kept then
  return { 'gone' }
end
return { 'changed', kept }
