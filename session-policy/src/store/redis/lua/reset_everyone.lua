local first, after, at_most, reason = arg() == '1', arg(), arg(), arg()
lowering()
if first then
  redis.call('SET', P .. 'all', next_generation(at))
end
local from = first and '-' or '(' .. after
local ids = redis.call('ZRANGEBYLEX', P .. 'live', from, '+', 'LIMIT', 0, at_most)
local ended = {}
for _, id in ipairs(ids) do
  ended[#ended + 1] = bury(id, reason) or nil
end
return { #ids == tonumber(at_most) and ids[#ids] or '', buried(ended) }
