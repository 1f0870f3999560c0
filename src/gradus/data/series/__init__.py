"""Tables in order of time, and the windows that forecasts are learned from."""
