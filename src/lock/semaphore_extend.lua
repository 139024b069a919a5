-- Gives a permit a new time to live, while it has not expired.
-- KEYS: permits   ARGV: token, ttl in ms   gives 1, or -1 when it is gone
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local dead = redis.pcall('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if type(dead) == 'table' then return dead.err:find('^WRONGTYPE') and -1 or dead end
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return -1 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] - now))
return 1
