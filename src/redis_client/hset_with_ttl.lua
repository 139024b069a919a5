-- Sets fields and the time to live (ARGV[1], in milliseconds) of a hash; returns how many fields are new.
-- Field by field, because a call of Lua takes some thousand arguments at most. A key of another type fails the first
-- HSET, before anything is written.
local new = 0
for i = 2, #ARGV, 2 do
  new = new + redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return new
