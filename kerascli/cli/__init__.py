"""argv ↔ the rooms: one file a command, each a thin function over one library function."""
