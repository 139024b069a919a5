-- BUMP  KEYS: the version of a tag  ARGV: its time in ms ('': no end), the channel where changes are told ('': nowhere)
--       -> the new version, larger than any before, also when the old one was lost
local t = redis.call('TIME') local now = t[1] * 1000000 + t[2]
local old = tonumber(redis.call('GET', KEYS[1]) or 0) or 0
local new = string.format('%.0f', math.max(now, old + 1))
if ARGV[1] == '' then redis.call('SET', KEYS[1], new) else redis.call('SET', KEYS[1], new, 'PX', ARGV[1]) end
if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[2], KEYS[1]) end
return new
