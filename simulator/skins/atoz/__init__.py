"""The AtoZ portal: shaped like the server-rendered site, with its class names and texts."""
