"""Entry points of the platform: parse, call, map errors. No logic.

What a handler works with is built at the first call and kept: importing one costs little more than importing
boto3 (`benchmarks/import_time.py`), and clients need the environment, which only a deployed function has.
"""
