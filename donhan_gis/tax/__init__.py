"""Land and building tax: pure, exact engines over columns of numpy arrays; the law arrives as an argument."""
