"""How a nation is connected to NationBuilder: its tokens and what keeps them alive."""
