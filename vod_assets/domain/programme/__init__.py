"""A programme cut and joined of files: what a title file says of it, and what there is to know of it then."""
