-- The generic cell rate algorithm: one key with the time, in µs, at which the bucket is full again.
-- KEYS: that key   ARGV: µs for one, burst, cost; 0: only looks
-- gives {allowed, remaining, µs until it can be allowed; -1: never, µs until the bucket is full}
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local emit, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local room = emit * burst
local stored = redis.call('GET', KEYS[1])
local full = tonumber(stored or 0)
if not full then return redis.error_reply('WRONGTYPE the key of a rate limiter holds no number') end
full = math.max(full, now)
local after = full + emit * cost
if after - now > room then
  local wait = cost > burst and -1 or math.ceil(after - room - now)
  return {0, math.max(0, math.floor((room - (full - now)) / emit)), wait, math.ceil(full - now)} end
if cost > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', math.floor(after)), 'PX', string.format('%.0f', math.ceil((after - now) / 1000))) end
return {1, math.floor((room - (after - now)) / emit), 0, math.ceil(after - now)}
