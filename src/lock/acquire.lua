-- Takes the lock, or takes it again for the same token, so that it may be repeated when its reply is lost.
-- KEYS: lock, fence, and the channel where others are told that it is held (a user who may not still takes it: pcall)
-- ARGV: token, ttl in ms, fencing, and with a channel PUBLISH or SPUBLISH, and the word for it
-- gives {1, fence} or {0, pttl}
local v = redis.call('GET', KEYS[1])
if v and v ~= ARGV[1] then return {0, redis.call('PTTL', KEYS[1])} end
if v then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return {1, this_fence(KEYS[2], ARGV[3])} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local fence = next_fence(KEYS[2], ARGV[3])
if KEYS[3] then redis.pcall(ARGV[4], KEYS[3], ARGV[5]) end
return {1, fence}
