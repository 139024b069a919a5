-- Moves ARGV[1] points from the hash KEYS[1] to the hash KEYS[2], if they are there.
--
-- What can fail comes before the first change, since nothing is rolled back: HINCRBY by 0 fails where there is no whole
-- number, and the credit, which may overflow, comes before the debit, which cannot. The amount is put together as text,
-- for Lua's numbers lose digits beyond 2^53.
local balance = redis.call('HGET', KEYS[1], 'points')
if not balance then return {false, 'insufficient_balance'} end
redis.call('HINCRBY', KEYS[1], 'points', 0)
if tonumber(balance) < tonumber(ARGV[1]) then return {false, 'insufficient_balance'} end
redis.call('HINCRBY', KEYS[2], 'points', ARGV[1])
redis.call('HINCRBY', KEYS[1], 'points', '-' .. ARGV[1])
return {true, 'success'}
