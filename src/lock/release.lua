-- Gives the lock back and wakes those who wait for it. A user who may not publish still gives it back (pcall).
-- A value of another type is someone else's too.
-- KEYS: lock, channel   ARGV: token, PUBLISH, SPUBLISH or nothing, and the word that names the holding
-- gives 1 released, 2 released and nobody told, 0 someone else's, -1 gone
local v = redis.pcall('GET', KEYS[1])
if type(v) == 'table' then return v.err:find('^WRONGTYPE') and 0 or v end
if not v then return -1 end
if v ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' and type(redis.pcall(ARGV[2], KEYS[2], ARGV[3])) == 'table' then return 2 end
return 1
