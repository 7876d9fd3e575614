"""What the protocol lets an editor ask and tell: one feature a file."""
