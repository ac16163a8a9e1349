"""What waits for a decision of the chair's office, and what was decided?"""
