for _ = 1, number() do
  local id = arg()
  redis.call('DEL', P .. 'c:' .. id)
  redis.call('ZREM', P .. 'leases', id)
  redis.call('ZREM', P .. 'until', 'c:' .. id)
end
return 'OK'
