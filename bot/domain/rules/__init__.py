"""The owner's rules and how a job is weighed by them. Where the rules' values come from belongs to bot.settings."""
