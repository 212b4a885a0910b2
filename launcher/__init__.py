"""The two commands: `make demo` and `make test`, with no server to install first.

Only the standard library is imported here, so any Python from 3.11 on can start it; what the shop
and the tests need goes into a virtual environment that `environment.py` makes.
"""
