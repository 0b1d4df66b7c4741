"""What the design budgets, measured: each module prints a table and writes JSON to ``benchmarks/results/``."""
