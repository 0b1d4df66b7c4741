"""What a person sees and types in a terminal. What happened comes in as events; nothing here decides."""
