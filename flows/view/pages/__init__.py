"""One module a page; each has the functions that answer its addresses."""
