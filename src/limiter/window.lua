-- A window that begins with its first call: one key that counts, and goes with the window.
-- KEYS: the counter   ARGV: limit, window in ms, cost; 0: only looks
-- gives {allowed, remaining, µs until it can be allowed; -1: never, µs until the window ends}
local limit, cost = tonumber(ARGV[1]), tonumber(ARGV[3])
local stored = redis.call('GET', KEYS[1])
local count = tonumber(stored or 0)
if not count then return redis.error_reply('WRONGTYPE the key of a rate limiter holds no number') end
-- What somebody has left without an end gets one.
local left = redis.call('PTTL', KEYS[1])
if stored and left < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if left < 0 then left = stored and tonumber(ARGV[2]) or 0 end
if count + cost > limit then
  return {0, math.max(0, limit - count), cost > limit and -1 or left * 1000, left * 1000} end
if cost > 0 then
  redis.call('INCRBY', KEYS[1], ARGV[3])
  if not stored then redis.call('PEXPIRE', KEYS[1], ARGV[2]) left = tonumber(ARGV[2]) end end
return {1, limit - count - cost, 0, left * 1000}
