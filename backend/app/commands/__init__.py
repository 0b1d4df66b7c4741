"""Commands: what the owner tells a running bot at once. What came of it, the bot reports like everything else."""
