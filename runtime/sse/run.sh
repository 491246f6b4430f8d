#!/bin/bash
# Started by the Lambda Web Adapter layer: serves the SSE host on the port where the adapter waits for it.
# The AWS SDK comes from the managed runtime's own folder.
export PYTHONPATH="${LAMBDA_TASK_ROOT}:${LAMBDA_RUNTIME_DIR}"
exec python -m uvicorn nat.handlers.sse:app --host 127.0.0.1 --port "${AWS_LWA_PORT:-8080}" --no-access-log
