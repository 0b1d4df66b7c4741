"""Whether everything that the control plane needs is there."""
