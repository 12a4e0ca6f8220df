local now, lease, at_most = arg(), arg(), arg()
local answer, bytes = {}, 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'leases', '-inf', now, 'LIMIT', 0, at_most)) do
  if bytes > MOST_BYTES then
    break
  end
  redis.call('ZREM', P .. 'leases', id)
  local claim = redis.call('GET', P .. 'c:' .. id)
  if claim then
    redis.call('ZADD', P .. 'leases', lease, id)
    bytes = bytes + #claim
    answer[#answer + 1] = claim
  end
end
return answer
