"""Softmax regression on Fashion-MNIST: usable from a notebook or a terminal, never importing Streamlit."""

__version__ = "0.6.0"
