"""Is the machinery at work: which jobs ran, what waits, how many requests?"""
