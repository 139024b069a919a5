-- KEYS: the jobs that wait, those of one worker, and when each worker was seen; ARGV: the worker, how many milliseconds
-- it may be silent, and after how many it is forgotten.
-- Puts the worker's jobs back to the head, in their order, if it has been silent for too long. Gives how many.
local seen = redis.call('ZSCORE', KEYS[3], ARGV[1])
if not seen then
  return 0
end
local time = redis.call('TIME')
local silent = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(seen)
if silent <= tonumber(ARGV[2]) then
  return 0
end
local count = 0
while redis.call('LMOVE', KEYS[2], KEYS[1], 'RIGHT', 'LEFT') do
  count = count + 1
end
-- Not at once: a job may still be on its way to one that only slept.
if count == 0 and silent > tonumber(ARGV[3]) then
  redis.call('ZREM', KEYS[3], ARGV[1])
end
return count
