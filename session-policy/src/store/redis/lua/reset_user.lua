local user, except, reason = arg(), arg(), arg()
local ended = {}
for _, id in ipairs(redis.call('SMEMBERS', P .. 'u:' .. user)) do
  if id ~= except then
    local kept = bury(id, reason)
    if kept then
      ended[#ended + 1] = kept
    else
      redis.call('SREM', P .. 'u:' .. user, id)
    end
  end
end
lowering()
keep('n:' .. user, next_generation(at), tomb_till, tomb_backstop)
return buried(ended)
