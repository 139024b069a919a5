-- YIELD  KEYS: key  ARGV: our header, the channel where changes are told ('': nowhere) -> 1 given back | 0 somebody else's
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[2], KEYS[1]) end
return 1
