-- The user's generation, then the user's sessions, for the login that may follow: all of them, or none if they are many.
local MOST_SESSIONS, MOST_TOGETHER = 128, 64 * 1024
local user = arg()
local generation = string.format('%.0f', generation_of(user))
local answer, bytes = { generation }, 0
local ids = redis.call('SMEMBERS', P .. 'u:' .. user)
if #ids > MOST_SESSIONS then
  return answer
end
for _, id in ipairs(ids) do
  local kept = redis.call('GET', P .. 'r:' .. id)
  if kept then
    bytes = bytes + #kept
    if bytes > MOST_TOGETHER then
      return { generation }
    end
    answer[#answer + 1] = kept
  end
end
return answer
