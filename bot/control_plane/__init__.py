"""What a bot reports, and how it reaches the control plane."""
