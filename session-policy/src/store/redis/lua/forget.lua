-- Forgets what was kept until a time. Answers how many it looked at.
local now, at_most, backstop, forever = number(), arg(), number(), number()
local names = redis.call('ZRANGEBYSCORE', P .. 'until', '-inf', now, 'LIMIT', 0, at_most)
for _, name in ipairs(names) do
  redis.call('ZREM', P .. 'until', name)
  local kind = string.sub(name, 1, 2)
  local value = redis.call('GET', P .. name) or ''
  local later = nil
  if (kind == 't:' or kind == 'g:') and string.sub(value, 1, 1) == 'S' then
    -- A successor may live longer than was foreseen when it took over.
    local by = redis.call('GET', P .. 'r:' .. string.sub(value, 2, 17))
    if by and absolute_of(by) > now then
      later = absolute_of(by)
    end
  end
  if later then
    redis.call('ZADD', P .. 'until', string.format('%.0f', later), name)
    redis.call('PEXPIRE', P .. name, string.format('%.0f', math.min(later - now, forever) + backstop))
  else
    redis.call('DEL', P .. name)
    if kind == 'c:' then
      redis.call('ZREM', P .. 'leases', string.sub(name, 3))
    end
  end
end
return #names
