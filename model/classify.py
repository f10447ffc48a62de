"""Which weights look at a picture, and what they say of it."""
