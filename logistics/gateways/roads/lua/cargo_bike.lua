-- A loaded cargo bike, on top of OSRM's own bicycle profile: a metre wide, slower, and never carried up steps.
-- OSRM's bicycle profile is found through LUA_PATH, which the build sets.

local bicycle = require('bicycle')
local bicycle_setup = bicycle.setup
local bicycle_process_way = bicycle.process_way

local WIDTH_M = 1.0
local SPEED_KMH = 14
local PUSHING_KMH = 3

function setup()
  local profile = bicycle_setup()
  for road, speed in pairs(profile.bicycle_speeds) do
    profile.bicycle_speeds[road] = math.min(speed, SPEED_KMH)
  end
  profile.default_speed = math.min(profile.default_speed, SPEED_KMH)
  profile.vehicle_max_speed = SPEED_KMH + 2
  profile.walking_speed = PUSHING_KMH
  profile.width = WIDTH_M
  profile.exclude_cargo_bike = true
  return profile
end

function process_way(profile, way, result, relations)
  if way:get_value_by_key('highway') == 'steps' then
    return
  end
  bicycle_process_way(profile, way, result, relations)
end

return {
  setup = setup,
  process_way = process_way,
  process_node = bicycle.process_node,
  process_turn = bicycle.process_turn,
}
