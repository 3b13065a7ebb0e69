"""Files from strangers are decoded in a process of their own: what falls there, falls alone.

Readers of workbooks and Parquet are native code, and a damaged file may end their process. So
`process.py` starts a worker, hands it one file at a time, and starts another where it falls.
`child.py` is what runs there, and `tasks.py` what it can do. What comes back is Arrow, on disk.

Beside the ground it may import: nothing.
"""
