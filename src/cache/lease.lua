-- LEASE  KEYS: key  ARGV: our header, its time in ms, the first bytes of what may be replaced ('': nothing may),
--        the channel where changes are told ('': nowhere)
--        -> what is there | nil: the lease is ours
local v = redis.call('GET', KEYS[1])
if v and (ARGV[3] == '' or string.sub(v, 1, #ARGV[3]) ~= ARGV[3]) then return v end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if v and ARGV[4] ~= '' then redis.call('PUBLISH', ARGV[4], KEYS[1]) end
return false
