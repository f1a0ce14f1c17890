"""What every part of the daemon speaks of: how paths and moments are told to others."""
