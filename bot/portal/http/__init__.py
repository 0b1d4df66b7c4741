"""A portal through plain HTTP requests with the cookies of a signed-in session."""
