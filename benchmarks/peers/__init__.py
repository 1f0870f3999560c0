"""One file for each: `trainer(task, x, y)` gives a function that trains some epochs, and
`accuracy(x, y)` of what it learned."""
