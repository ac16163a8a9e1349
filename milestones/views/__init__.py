"""What did the person ask for, and where do they go next?"""
