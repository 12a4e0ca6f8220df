-- Sessions whose deadline is at or before a time: whether there are more, then id and session of each, '' for one that the
-- server's own expiry took. Not more at once than a connection carries in no time.
local due, skip, at_most = arg(), arg(), number()
local ids = redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', due, 'LIMIT', skip, at_most + 1)
local answer, bytes = { '' }, 0
for i, id in ipairs(ids) do
  if i > at_most or bytes > MOST_BYTES then
    answer[1] = 'more'
    break
  end
  local kept = redis.call('GET', P .. 'r:' .. id) or ''
  bytes = bytes + #kept
  answer[#answer + 1] = id
  answer[#answer + 1] = kept
end
return answer
