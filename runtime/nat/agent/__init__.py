"""The agent: loop, prompt, model adapters, tools, gates. No AWS and no transport in here."""
