"""Who is signed in where, how long does that last, and what ends it?"""
