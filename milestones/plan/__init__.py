"""How does the plan come in, who is named for it, and how does it grow?"""
