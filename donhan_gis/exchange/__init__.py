"""The outside world, in and out: files of other programs become rows of the registers and back."""
