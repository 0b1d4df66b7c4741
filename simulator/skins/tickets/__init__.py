"""A tracker, in which an item is taken by setting owner and state in its edit form."""
