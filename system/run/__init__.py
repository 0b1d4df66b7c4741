"""The running system: its services, keeping them alive, finding and ending what an earlier run left."""
