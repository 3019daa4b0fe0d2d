"""The nouns that flow through the program: frozen values without I/O."""
