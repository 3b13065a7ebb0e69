"""Who will come back, and what they are worth.

BG/NBD and MBG/NBD for purchases, Gamma-Gamma for spend: fit, predict, ranges, checks of the fit.

Beside the ground it may import: nothing.
"""
