"""What is served: the portal for browsers and bots, and the control interface for tests and benchmarks."""
