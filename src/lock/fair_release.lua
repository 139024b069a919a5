-- Gives the lock back, or leaves its queue, and calls the one whose turn it is then, by its token.
-- What somebody has put in the place of the queue keeps nobody from giving the lock back (pcall).
-- KEYS: lock, queue, alive, channel   ARGV: token, PUBLISH, SPUBLISH or nothing
-- gives 1 released, 2 released and nobody told, 0 someone else's, -1 gone
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local was_first = redis.pcall('ZRANK', KEYS[2], ARGV[1]) == 0
redis.pcall('ZREM', KEYS[2], ARGV[1]) redis.pcall('ZREM', KEYS[3], ARGV[1])
local v = redis.pcall('GET', KEYS[1])
if type(v) == 'table' then return v.err:find('^WRONGTYPE') and 0 or v end
if v and v ~= ARGV[1] then return 0 end
if v then redis.call('DEL', KEYS[1]) elseif not was_first then return -1 end
for _, dead in ipairs(redis.pcall('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.pcall('ZREM', KEYS[2], dead) redis.pcall('ZREM', KEYS[3], dead) end
local first = redis.pcall('ZRANGE', KEYS[2], 0, 0)[1]
-- With nobody in the queue the empty message calls those who do not queue.
local told = ARGV[2] ~= '' and redis.pcall(ARGV[2], KEYS[4], first or '')
if not v then return -1 end
return type(told) == 'table' and 2 or 1
