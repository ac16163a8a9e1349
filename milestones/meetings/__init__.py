"""When does the committee meet, what did it conclude, and who owes it what?"""
