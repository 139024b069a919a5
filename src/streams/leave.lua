-- KEYS[1] the stream; ARGV[1] the group, ARGV[2] the consumer.
-- Deletes the consumer unless something is pending for it: with him nobody could claim that any more.
-- Gives how many entries are pending, 1 for any number.
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #pending == 0 then
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
end
return #pending
