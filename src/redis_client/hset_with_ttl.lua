-- Sets fields and the time to live (ARGV[1], in milliseconds) of a hash; returns how many fields are new.
-- Field by field, because a call of Lua takes some thousand arguments at most. A key of another type fails the first
-- HSET, before anything is written. Its error is returned and not raised: servers before 7.0 would hide its code behind
-- one of their own.
local new = 0
for i = 2, #ARGV, 2 do
  local set = redis.pcall('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  if type(set) == 'table' then
    return set
  end
  new = new + set
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return new
