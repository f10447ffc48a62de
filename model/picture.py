"""A picture from the bytes that a person gives: upright, in colour, on white; or one sentence on what is wrong."""
