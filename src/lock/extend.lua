-- Gives the lock a new time to live, while it is still ours.
-- KEYS: lock   ARGV: token, ttl in ms   gives 1, or 0 when it is not ours any more
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
