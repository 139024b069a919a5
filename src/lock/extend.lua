-- Gives the lock a new time to live, while it is still ours.
-- KEYS: lock   ARGV: token, ttl in ms   gives 1, 0 when it is someone else's, -1 when it is gone
local v = redis.call('GET', KEYS[1])
if not v then return -1 end
if v ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
