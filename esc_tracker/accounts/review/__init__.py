"""Does everybody with a seat still need it?"""
