"""What the daemon does for the mounts that are connected to it."""
