"""Real processes beside a bank of their own: the parts of `./dev test` that kill, race and interrupt workers."""
