-- Raises the user's generation and writes the user's sessions, if they are still what the caller saw.
local user, now, till, till_backstop = arg(), arg(), arg(), arg()
local sessions, ids = {}, {}
for i = 1, number() do
  sessions[i] = { id = arg(), rev = arg(), kept = arg(), deadline = arg(), backstop = arg() }
  ids[i] = sessions[i].id
end
local there = {}
for _, id in ipairs(redis.call('SMEMBERS', P .. 'u:' .. user)) do
  if redis.call('EXISTS', P .. 'r:' .. id) == 1 then
    there[#there + 1] = id
  end
end
if not equal_sets(there, ids) then
  return { 'changed' }
end
for _, session in ipairs(sessions) do
  if rev_of(redis.call('GET', P .. 'r:' .. session.id)) ~= session.rev then
    return { 'changed' }
  end
end
lowering()
keep('n:' .. user, next_generation(now), till, till_backstop)
for _, session in ipairs(sessions) do
  write(session.id, session.kept, session.deadline, session.backstop)
end
return { 'done' }
