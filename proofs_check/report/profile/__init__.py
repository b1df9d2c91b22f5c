"""The activation card: everything known about one activation, on one page that stands by itself."""
