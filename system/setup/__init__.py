"""What is installed before anything runs: the virtual environment, Node, Chromium. Needs nothing but Python itself."""
