"""BG/NBD, MBG/NBD and Gamma-Gamma: fit, predict, intervals. Works on customers; imports the ground alone."""
