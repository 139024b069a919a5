-- Gives a permit back and wakes those who wait for one.
-- KEYS: permits, channel   ARGV: token, PUBLISH, SPUBLISH or nothing   gives 1 released, 2 released and nobody told, -1 gone
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local dead = redis.pcall('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if type(dead) == 'table' then return dead.err:find('^WRONGTYPE') and -1 or dead end
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return -1 end
if ARGV[2] ~= '' and type(redis.pcall(ARGV[2], KEYS[2], '')) == 'table' then return 2 end
return 1
