-- Notes in KEYS[1] that the worker ARGV[1] lives, by the server's clock.
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), ARGV[1])
