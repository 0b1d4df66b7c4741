"""All that is known of portals: their definitions, reading their pages, signing in, talking to them."""
