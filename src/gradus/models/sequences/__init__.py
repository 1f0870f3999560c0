"""Models of sequences: what comes next, what a sequence means, what another says in its place."""
