-- Sets the fields that follow ARGV[1] and lets the hash live for ARGV[1] seconds; 0, and nothing is changed, when
-- there is none. What is no hash fails the first HSET, before anything is written.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
for i = 2, #ARGV, 2 do
  -- Returned and not raised: servers before 7.0 would hide the error's code behind one of their own.
  local set = redis.pcall('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  if type(set) == 'table' then
    return set
  end
end
return redis.call('EXPIRE', KEYS[1], ARGV[1])
