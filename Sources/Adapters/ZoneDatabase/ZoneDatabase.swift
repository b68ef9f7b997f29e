// ZoneDatabase
