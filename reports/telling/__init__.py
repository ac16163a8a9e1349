"""What is noticed, whom does it reach, and what does one person's mail of a day say?"""
