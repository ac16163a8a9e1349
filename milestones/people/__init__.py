"""Who is called about a milestone, who stands in, and who takes over?"""
