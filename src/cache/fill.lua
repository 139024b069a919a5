-- FILL  KEYS: key  ARGV: the first bytes that were seen, the new value, its time in ms -> 1 stored | 0 raced
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1
