"""What the end to end stories stand on: servers, component, clients."""
