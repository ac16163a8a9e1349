"""How is the weekly report drafted, written, corrected, published and released, and how is it read?"""
