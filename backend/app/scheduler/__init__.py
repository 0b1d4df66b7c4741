"""Every schedule of the control plane, in one list."""
