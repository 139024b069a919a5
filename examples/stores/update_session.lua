-- Sets the fields that follow ARGV[1] and lets the hash live for ARGV[1] seconds; 0, and nothing is changed, when
-- there is none.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
return redis.call('EXPIRE', KEYS[1], ARGV[1])
