"""The edge that reads documents: PDF, Word, sheets and their kin become pages of text, in processes that may fail alone.

`pool.Papers` is what the program holds. It hands bytes to `worker`, a process of its own with bounds on time and memory, which asks
`reading.read_paper`; each kind is one file here and one line in `reading.KINDS`.
"""
