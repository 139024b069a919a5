-- RENEW  KEYS: key  ARGV: our header, its time in ms -> 1 | 0 somebody else's
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
