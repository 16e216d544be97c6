"""What a run is asked for beyond its flags: `hailong score --options FILE`."""
