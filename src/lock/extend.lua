-- Gives the lock a new time to live, while it is still ours.
-- KEYS: lock   ARGV: token, ttl in ms   gives 1, 0 when it is someone else's, -1 when it is gone
local v = redis.pcall('GET', KEYS[1])
if type(v) == 'table' then return v.err:find('^WRONGTYPE') and 0 or v end
if not v then return -1 end
if v ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
