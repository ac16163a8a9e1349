"""How does a target move?"""
