-- Takes the lock, or takes it again for the same token, so that it may be repeated when its reply is lost.
-- KEYS: lock, fence   ARGV: token, ttl in ms, fencing   gives {1, fence} or {0, pttl}
local v = redis.call('GET', KEYS[1])
if v and v ~= ARGV[1] then return {0, redis.call('PTTL', KEYS[1])} end
if v then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return {1, this_fence(KEYS[2], ARGV[3])} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, next_fence(KEYS[2], ARGV[3])}
