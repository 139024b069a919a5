-- FILL  KEYS: key  ARGV: the first bytes that were seen, the new value, its time in ms, the channel where changes are told
--       ('': nowhere) -> 1 stored | 0 raced
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if ARGV[4] ~= '' then redis.call('PUBLISH', ARGV[4], KEYS[1]) end
return 1
