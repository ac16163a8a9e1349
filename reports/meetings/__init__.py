"""What does the committee read before and after it meets?"""
