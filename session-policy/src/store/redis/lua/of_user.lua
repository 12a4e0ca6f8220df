local answer = {}
for _, id in ipairs(redis.call('SMEMBERS', P .. 'u:' .. arg())) do
  local kept = redis.call('GET', P .. 'r:' .. id)
  if kept then
    answer[#answer + 1] = kept
  end
end
return answer
