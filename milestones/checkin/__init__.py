"""How does an agency answer for all its milestones at once, itself or by what it sent to the chair's office?"""
