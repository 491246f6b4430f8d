"""The agent: loop, prompt, model adapters, tools. No AWS and no transport in here."""
