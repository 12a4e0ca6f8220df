local place = redis.call('GET', P .. 't:' .. arg())
if not place then
  return { 'unknown' }
end
local kind, rest = string.sub(place, 1, 1), string.sub(place, 2)
if kind == 'L' then
  local kept = redis.call('GET', P .. 'r:' .. rest)
  if kept then
    return { 'live', kept }
  end
  return { 'unknown' }
end
if kind == 'E' then
  return { 'ended', rest }
end
-- Logins that superseded one another: to the last one known, within bounds.
local by = string.sub(rest, 1, 16)
for _ = 1, 1000 do
  local gone = redis.call('GET', P .. 'g:' .. by)
  if not gone or string.sub(gone, 1, 1) ~= 'S' then
    break
  end
  by = string.sub(gone, 2, 17)
end
return { 'superseded', by .. string.sub(rest, 17) }
