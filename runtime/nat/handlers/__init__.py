"""Entry points of the platform: parse, call, map errors. No logic.

What a handler works with is built once and kept: in Lambda when the module is loaded, elsewhere at the first
call. So importing one costs little more than importing boto3 (`benchmarks/import_time.py`).
"""
