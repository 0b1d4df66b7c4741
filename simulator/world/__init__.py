"""What happens on the portal without us: jobs arrive, rivals accept, and an account has a past."""
