-- Ends sessions; with a rev each, those that are still what the caller saw.
local answer = {}
for _ = 1, number() do
  local id, rev, reason = arg(), arg(), arg()
  local kept = rev ~= '' and redis.call('GET', P .. 'r:' .. id)
  if kept and rev_of(kept) ~= rev then
    answer[#answer + 1], answer[#answer + 2] = 'changed', kept
  else
    kept = bury(id, reason)
    answer[#answer + 1] = kept and 'ended' or 'gone'
    answer[#answer + 1] = kept or redis.call('GET', P .. 'g:' .. id) or ''
  end
end
return answer
