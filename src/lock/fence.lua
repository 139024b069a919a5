-- The next fencing token: 'none', 'count', or 'time', which goes on rising when the counter was lost. Digits beyond 14
-- need a format, or Lua would round them.
local function next_fence(key, mode)
  if mode == 'none' then return nil end
  if mode == 'count' then return redis.call('INCR', key) end
  local t = redis.call('TIME')
  local n = math.max(t[1] * 1000000 + t[2], tonumber(redis.call('GET', key) or 0) + 1)
  redis.call('SET', key, string.format('%.0f', n))
  return n
end
-- The token that the present holder has; nil when it is lost, or was never wanted.
local function this_fence(key, mode)
  return mode ~= 'none' and tonumber(redis.call('GET', key) or nil) or nil
end
