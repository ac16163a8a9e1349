"""Where is a person signed in, and when does that end?"""
