"""Reading Chinese and English text: folding, charsets, dates, addresses, glosses. Pure."""
