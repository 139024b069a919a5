-- Takes the lock when it is our turn, else stands in the queue and shows a sign of life. Repeated at leisure.
-- The queue holds tokens by number, `alive` the same tokens by the moment until which they count as alive.
-- KEYS: lock, fence, queue, alive   ARGV: token, ttl in ms, fencing, wait_ttl in ms; 0: asks once, without queueing
-- gives {1, fence} or {0, pttl, rank, ms until the first in the queue may count as dead}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local wait = tonumber(ARGV[4])
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', now)) do
  redis.call('ZREM', KEYS[3], dead) redis.call('ZREM', KEYS[4], dead) end
local v = redis.call('GET', KEYS[1])
if v == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2]) return {1, this_fence(KEYS[2], ARGV[3])} end
if wait > 0 then
  if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then
    local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
    redis.call('ZADD', KEYS[3], (last[2] or 0) + 1, ARGV[1]) end
  redis.call('ZADD', KEYS[4], string.format('%.0f', now + wait), ARGV[1])
  redis.call('PEXPIRE', KEYS[3], wait * 10) redis.call('PEXPIRE', KEYS[4], wait * 10)
end
local rank = redis.call('ZRANK', KEYS[3], ARGV[1]) or redis.call('ZCARD', KEYS[3])
if v or rank > 0 then
  local first = redis.call('ZRANGE', KEYS[4], 0, 0, 'WITHSCORES')[2]
  return {0, v and redis.call('PTTL', KEYS[1]) or 0, rank, first and first - now or -1} end
redis.call('ZREM', KEYS[3], ARGV[1]) redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, next_fence(KEYS[2], ARGV[3])}
