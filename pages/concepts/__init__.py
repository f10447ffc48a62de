"""The sections of Concepts, a file each, and the page that shows one of them."""
