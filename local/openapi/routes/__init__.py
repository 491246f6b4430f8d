"""What is published of the HTTP API: one module per capability, with the models of its bodies and answers.

Beside the routes and not in them: what an import of pydantic costs, no Lambda function pays. What the models
say is held against the real routes by `tests/unit/local/openapi/test_fuzz.py`.
"""
