"""Furniture that the pages share."""
