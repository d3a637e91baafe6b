"""What is kept in tables, and for how long?"""
