-- The last report of each engine, 16 bytes each; the ones that reported longest ago go first.
local engine, now = arg(), arg()
local known = redis.call('GET', P .. 'clocks') or ''
local reports = {}
for from = 1, #known, 16 do
  if string.sub(known, from, from + 7) ~= engine then
    reports[#reports + 1] = string.sub(known, from, from + 15)
  end
end
while #reports > 63 do
  table.remove(reports, 1)
end
reports[#reports + 1] = engine .. now
known = table.concat(reports)
redis.call('SET', P .. 'clocks', known)
return known
