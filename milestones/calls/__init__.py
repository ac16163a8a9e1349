"""When is everybody asked for an update, and who has answered?"""
