"""The kinds of arrays that campaigns are computed with."""

import numpy as np
import numpy.typing as npt

#: Amounts, probabilities and shares.
Floats = npt.NDArray[np.float64]
#: Positions in a frame or an array, and counts.
Places = npt.NDArray[np.int64]
#: True or False for each customer.
Mask = npt.NDArray[np.bool_]
#: The numbers of customers from `customer_hashes`.
Hashes = npt.NDArray[np.uint64]
