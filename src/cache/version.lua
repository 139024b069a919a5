-- VERSION  KEYS: the version of a tag  ARGV: its time in ms ('': no end)
--          -> the version; an absent one is begun anew, larger than any that was lost
local old = redis.call('GET', KEYS[1])
if old then return old end
local t = redis.call('TIME')
local new = string.format('%.0f', t[1] * 1000000 + t[2])
if ARGV[1] == '' then redis.call('SET', KEYS[1], new) else redis.call('SET', KEYS[1], new, 'PX', ARGV[1]) end
return new
