"""What samples are worth where no likelihood can be asked: tests, coverage, copies, distances."""
