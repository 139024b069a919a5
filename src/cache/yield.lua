-- YIELD  KEYS: key  ARGV: our header -> 1 given back | 0 somebody else's
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
