"""The kernels: hot loops in C, each called through a thin wrapper that checks what it is given."""
