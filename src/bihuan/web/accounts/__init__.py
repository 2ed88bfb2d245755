"""Sign-in, second factor and password: the sign-in library's pages in our look."""
