"""What went out by mail, what did not, and what would?"""
