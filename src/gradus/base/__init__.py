"""Floor 0: refusals in one form, records that can be saved, pytree helpers, platform set-up."""
